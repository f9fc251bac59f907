// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Headers2, Memories, Memories2, Memories3, Memories4, Memories5, Memories6, Parameters, Parameters2 } from "../../../shared.ts";
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
            path: Parameters2;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All data of a user */
            200: {
                headers: Headers;
                content: {
                    /**
                     * @example {
                     *       "user_id": "ada",
                     *       "exported_at": "2026-12-01T10:00:00.000Z",
                     *       "held": {
                     *         "memories": []
                     *       }
                     *     }
                     */
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
            400: Memories6;
            /** @description `key_needed`: No valid API key was sent. */
            401: Memories4;
            /**
             * @description `role_needed`: The key has another role than the one that is needed.
             *
             *     `foreign_host`: There are no API keys yet, and the request came from another host or page than this machine’s.
             */
            403: Memories5;
            /**
             * @description `too_many_exports`: Too many exports of the tenant run already.
             *
             *     `too_many_requests`: The requests of this minute are used up.
             */
            429: {
                headers: Headers2;
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "code": "too_many_exports",
                     *         "message": "Too many exports of the tenant run already."
                     *       }
                     *     }
                     */
                    "application/json": Memories;
                };
            };
            /** @description `internal_error`: Something failed on our side; the log has the details. */
            500: Memories3;
            /**
             * @description `overloaded`: More is asked than can be answered; nothing was done.
             *
             *     `unavailable`: The database cannot be reached; nothing was stored.
             */
            503: Memories2;
        };
    };
};
