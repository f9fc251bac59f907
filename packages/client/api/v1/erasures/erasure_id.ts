// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Erasures, Headers, Memories, Memories2, Memories3, Memories4, Memories5, Memories6, Parameters, Replay } from "../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * How far an erasure is
     * @description Answers the receipt of an erasure.
     */
    get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description As the deletion of the user answered it
                 * @example 01a2057f-7002-7d40-8c2f-1a7d8e3c9b22
                 */
                erasure_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far an erasure is */
            200: Erasures;
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
            /** @description `no_such_erasure`: There is no such erasure. */
            404: {
                headers: Headers;
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "code": "no_such_erasure",
                     *         "message": "There is no such erasure."
                     *       }
                     *     }
                     */
                    "application/json": Memories;
                };
            };
            /** @description `too_many_requests`: The requests of this minute are used up. */
            429: Replay;
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
