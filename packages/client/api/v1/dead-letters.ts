// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, ErrorBodyAnswer2, Headers, Parameters } from "../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Events that were given up
     * @description Lists the newest 200 events that a consumer gave up on, with its last error.
     */
    get: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description Events that were given up */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        dead_letters: {
                            dead_letter_id: string;
                            event_id: string;
                            event: string;
                            /** @description Which consumer gave up on the event */
                            consumer: string;
                            user_id: string;
                            error: string;
                            attempts: number;
                            /** Format: date-time */
                            first_failed_at: string;
                            /** Format: date-time */
                            last_failed_at: string;
                        }[];
                    };
                };
            };
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
