// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, ErrorBodyAnswer2, Headers, Parameters } from "../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * How well the loop does
     * @description Answers rates of selection, first place, auto-advance and satisfaction, by model or by day.
     */
    get: {
        parameters: {
            query?: {
                /** @description What a row stands for */
                by?: "model" | "day";
                /** @description Such as 24h or 30d */
                window?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How well the loop does */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        by: string;
                        since: string;
                        rows: {
                            /** @description A ranker, a language model that was asked, or a day */
                            key: string;
                            interactions: number;
                            users: number;
                            answers: number;
                            selection_rate: number | null;
                            first_place_rate: number | null;
                            auto_advance_rate: number | null;
                            override_rate: number | null;
                            satisfaction: number | null;
                            feedback: number;
                            return_rate: number | null;
                        }[];
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
