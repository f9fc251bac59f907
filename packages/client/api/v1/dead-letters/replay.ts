// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Memories2, Memories3, Memories4, Memories5, Parameters, Replay, Replay2 } from "../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Replay all dead letters
     * @description Gives up to 1,000 events to their consumers again, each once.
     */
    post: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description Replay all dead letters */
            202: Replay2;
            /** @description `key_needed`: No valid API key was sent. */
            401: Memories4;
            /**
             * @description `role_needed`: The key has another role than the one that is needed.
             *
             *     `foreign_host`: There are no API keys yet, and the request came from another host or page than this machine’s.
             */
            403: Memories5;
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
