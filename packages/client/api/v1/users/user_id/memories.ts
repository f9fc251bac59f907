// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Memories2, Memories3, Memories4, Memories5, Memories6, Memories7, Memories8, Parameters, Parameters2 } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * What is remembered of the user
     * @description Lists goals, preferences and history, newest first and in pages; with `query`, the most relevant ones, best first.
     */
    get: {
        parameters: {
            query?: {
                /**
                 * @description Only memories of this type
                 * @example preference
                 */
                type?: "goal" | "preference" | "history";
                /**
                 * @description Words to search for; the most relevant memories come first
                 * @example which database
                 */
                query?: string;
                /** @description What else is wanted */
                include?: "superseded";
                /**
                 * @description How many at most
                 * @example 20
                 */
                limit?: number;
                /**
                 * @description The `next_cursor` of the page before
                 * @example WzE3NjQ1NTAwMDAwMDAsIm0iXQ
                 */
                cursor?: string;
            };
            header?: never;
            path: Parameters2;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is remembered of the user */
            200: {
                headers: Headers;
                content: {
                    /**
                     * @example {
                     *       "memories": [
                     *         {
                     *           "memory_id": "01a2057f-6001-7c30-9b1e-0f6c7d2b8a11",
                     *           "type": "preference",
                     *           "content": "Prefers: FastAPI",
                     *           "polarity": "like",
                     *           "confidence": 0.7,
                     *           "tags": [
                     *             "learned"
                     *           ],
                     *           "status": "active",
                     *           "corrected": false,
                     *           "count": 2,
                     *           "first_seen": "2026-12-01T09:00:00.000Z",
                     *           "last_seen": "2026-12-01T10:00:00.000Z",
                     *           "sources": [
                     *             {
                     *               "interaction_id": "01a2057f-58be-77b5-ad22-32f3129e4e90",
                     *               "seen_at": "2026-12-01T10:00:00.000Z"
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        memories: Memories8[];
                        next_cursor: string | null;
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
            /**
             * @description `too_costly`: Too many costly requests of the tenant wait already.
             *
             *     `too_many_requests`: The requests of this minute are used up.
             */
            429: Memories7;
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
