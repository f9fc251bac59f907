// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, ErrorBodyAnswer2, Headers, Parameters } from "../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Say how the answer was
     * @description Accepts a thumb, a rating or a comment about an interaction; it is learned in the background.
     */
    post: {
        parameters: Parameters;
        requestBody: {
            content: {
                "application/json": {
                    /** Format: user-id */
                    user_id: string;
                    /** Format: uuid */
                    interaction_id: string;
                    type: "thumbs_up" | "thumbs_down" | "rating" | "comment";
                    /** @description 1 to 5 for a rating, text for a comment; for thumbs a reason or nothing */
                    value?: string | number | null;
                };
            };
        };
        responses: {
            /** @description Say how the answer was */
            202: {
                headers: Headers;
                content: {
                    "application/json": {
                        /** Format: uuid */
                        event_id: string;
                    };
                };
            };
            /**
             * @description `invalid_request`: A field is missing, unknown or has no valid value; `field` names it.
             *
             *     `invalid_json`: The body is no JSON, or names a field twice.
             */
            400: ErrorBodyAnswer;
            /** @description `key_needed`: No valid API key was sent. */
            401: ErrorBodyAnswer;
            /**
             * @description `role_needed`: The key has another role than the one that is needed.
             *
             *     `foreign_host`: There are no API keys yet, and the request came from another host or page than this machine’s.
             */
            403: ErrorBodyAnswer;
            /** @description `no_such_interaction`: The user has no such interaction. */
            404: ErrorBodyAnswer;
            /** @description `user_erased`: The user was erased meanwhile; nothing was stored. */
            409: ErrorBodyAnswer;
            /** @description `body_too_large`: The body has more than 256 KiB. */
            413: ErrorBodyAnswer;
            /** @description `unsupported_media_type`: The body is not sent as application/json. */
            415: ErrorBodyAnswer;
            /** @description `too_many_requests`: The requests of this minute are used up. */
            429: ErrorBodyAnswer2;
            /** @description `internal_error`: Something failed on our side; the log has the details. */
            500: ErrorBodyAnswer;
            /**
             * @description `overloaded`: More is asked than can be answered; nothing was done.
             *
             *     `unavailable`: The database cannot be reached; nothing was stored.
             */
            503: ErrorBodyAnswer2;
        };
    };
};
