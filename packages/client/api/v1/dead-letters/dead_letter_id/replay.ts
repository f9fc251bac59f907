// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Memories, Memories2, Memories3, Memories4, Memories5, Memories6, Parameters, Replay, Replay2 } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Replay a dead letter
     * @description Gives the event to its consumer again, once.
     */
    post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description As the list of dead letters names it
                 * @example 01a2057f-8003-7e50-9d3a-2b8e9f4d0c33
                 */
                dead_letter_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Replay a dead letter */
            202: Replay2;
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
            /** @description `no_such_dead_letter`: There is no such dead letter, or it was replayed already. */
            404: {
                headers: Headers;
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "code": "no_such_dead_letter",
                     *         "message": "There is no such dead letter, or it was replayed already."
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
