// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Erasures, ErrorBodyAnswer, ErrorBodyAnswer2, Parameters, Parameters2 } from "../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Erase a user
     * @description Begins to erase everything of the user: database, training log, datasets. The receipt says when it is done.
     */
    delete: {
        parameters: Parameters2;
        requestBody?: never;
        responses: {
            /** @description Erase a user */
            202: Erasures;
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
