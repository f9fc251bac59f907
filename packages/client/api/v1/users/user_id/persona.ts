// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, ErrorBodyAnswer2, Facets, Headers, Parameters, Parameters2 } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * How the user likes to be answered
     * @description Answers the facets of the persona, each from 0 to 1; 0.5 is neutral, also for unknown users.
     */
    get: {
        parameters: Parameters2;
        requestBody?: never;
        responses: {
            /** @description How the user likes to be answered */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        facets: Facets;
                        interaction_count: number;
                        /** @description null when nothing has been learned of this user yet */
                        updated_at: string | null;
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
