// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Erasures, ErrorBodyAnswer, ErrorBodyAnswer2, Parameters } from "../../shared.ts";
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
                /** @description As the deletion of the user answered it */
                erasure_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far an erasure is */
            200: Erasures;
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
            /** @description `no_such_erasure`: There is no such erasure. */
            404: ErrorBodyAnswer;
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
