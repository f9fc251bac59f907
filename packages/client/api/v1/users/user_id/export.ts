// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, ErrorBodyAnswer2, Headers, Parameters } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * All data of a user
     * @description Streams everything that is held of the user, by table; on request with the lines of the training log.
     */
    get: {
        parameters: {
            query?: {
                /** @description Also the lines of the training log, all of which is read */
                include?: "training_log";
            };
            header?: never;
            path: {
                /** @description The application’s own id of the user */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All data of a user */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        user_id: string;
                        /** Format: date-time */
                        exported_at: string;
                        held: {
                            [key: string]: unknown[];
                        };
                        training_log?: {
                            [key: string]: unknown[];
                        };
                    };
                };
            };
            /** @description `invalid_request`: A field is missing, unknown or has no valid value; `field` names it. */
            400: ErrorBodyAnswer;
            /** @description `key_needed`: No valid API key was sent. */
            401: ErrorBodyAnswer;
            /**
             * @description `role_needed`: The key has another role than the one that is needed.
             *
             *     `foreign_host`: There are no API keys yet, and the request came from another host or page than this machine’s.
             */
            403: ErrorBodyAnswer;
            /**
             * @description `too_many_exports`: Too many exports of the tenant run already.
             *
             *     `too_many_requests`: The requests of this minute are used up.
             */
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
