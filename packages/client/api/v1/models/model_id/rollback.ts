// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, ErrorBodyAnswer2, Parameters, Rollback } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Roll a model back
     * @description Takes a model out of service; the one before serves again.
     */
    post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the list of models names it */
                model_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: text */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Roll a model back */
            200: Rollback;
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
            /** @description `no_such_model`: There is no such model. */
            404: ErrorBodyAnswer;
            /**
             * @description `wrong_status`: A model with this status cannot be changed so.
             *
             *     `not_served_here`: The configured model server does not serve this model.
             */
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
