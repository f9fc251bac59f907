// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Facets, Headers, Memories2, Memories3, Memories4, Memories5, Memories6, Parameters, Parameters4, Replay } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * How the user likes to be answered
     * @description Answers the facets of the persona, each from 0 to 1; 0.5 is neutral, also for unknown users.
     */
    get: {
        parameters: Parameters4;
        requestBody?: never;
        responses: {
            /** @description How the user likes to be answered */
            200: {
                headers: Headers;
                content: {
                    /**
                     * @example {
                     *       "facets": {
                     *         "concise": 0.5,
                     *         "step_by_step": 0.5,
                     *         "code_first": 0.55,
                     *         "formal": 0.5
                     *       },
                     *       "interaction_count": 4,
                     *       "updated_at": "2026-12-01T10:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        facets: Facets;
                        interaction_count: number;
                        /** @description null when nothing has been learned of this user yet */
                        updated_at: string | null;
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
