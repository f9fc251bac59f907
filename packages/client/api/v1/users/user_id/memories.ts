// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, ErrorBodyAnswer2, Headers, Memories, Parameters } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * What is remembered of the user
     * @description Lists goals, preferences and history, newest first and in pages; with `query`, the most relevant ones, best first.
     */
    get: {
        parameters: {
            query?: {
                /** @description Only memories of this type */
                type?: "goal" | "preference" | "history";
                /** @description Words to search for; the most relevant memories come first */
                query?: string;
                /** @description What else is wanted */
                include?: "superseded";
                /** @description How many at most */
                limit?: number;
                /** @description The `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The application’s own id of the user */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is remembered of the user */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        memories: Memories[];
                        next_cursor: string | null;
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
            /**
             * @description `too_costly`: Too many costly requests of the tenant wait already.
             *
             *     `too_many_requests`: The requests of this minute are used up.
             */
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
