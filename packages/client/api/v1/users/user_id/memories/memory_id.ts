// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Memories2, Memories3, Memories4, Memories5, Memories6, Memories8, Memories9, Parameters, Parameters3, Replay, Settings, Settings2 } from "../../../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Forget a memory
     * @description Forgets a memory for good: it is not learned again from what was logged before.
     */
    delete: {
        parameters: Parameters3;
        requestBody?: never;
        responses: {
            /** @description Forget a memory */
            204: {
                headers: Headers;
                content?: never;
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
            /** @description `no_such_memory`: The user has no such memory. */
            404: Memories9;
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
    /**
     * Correct a memory
     * @description Changes what a memory says, or retires it. Learning never overrules a correction.
     */
    patch: {
        parameters: Parameters3;
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "content": "Prefers: Django"
                 *     }
                 */
                "application/json": {
                    /** Format: text */
                    content?: string;
                    status?: "active" | "superseded";
                };
            };
        };
        responses: {
            /** @description Correct a memory */
            200: {
                headers: Headers;
                content: {
                    /**
                     * @example {
                     *       "memory_id": "01a2057f-6001-7c30-9b1e-0f6c7d2b8a11",
                     *       "type": "preference",
                     *       "content": "Prefers: Django",
                     *       "polarity": "like",
                     *       "confidence": 0.7,
                     *       "tags": [
                     *         "learned"
                     *       ],
                     *       "status": "active",
                     *       "corrected": true,
                     *       "count": 2,
                     *       "first_seen": "2026-12-01T09:00:00.000Z",
                     *       "last_seen": "2026-12-01T10:00:00.000Z",
                     *       "sources": [
                     *         {
                     *           "interaction_id": "01a2057f-58be-77b5-ad22-32f3129e4e90",
                     *           "seen_at": "2026-12-01T10:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": Memories8;
                };
            };
            /**
             * @description `invalid_request`: A field is missing, unknown or has no valid value; `field` names it.
             *
             *     `invalid_json`: The body is no JSON, or names a field twice.
             */
            400: Memories6;
            /** @description `key_needed`: No valid API key was sent. */
            401: Memories4;
            /**
             * @description `role_needed`: The key has another role than the one that is needed.
             *
             *     `foreign_host`: There are no API keys yet, and the request came from another host or page than this machine’s.
             */
            403: Memories5;
            /** @description `no_such_memory`: The user has no such memory. */
            404: Memories9;
            /** @description `body_too_large`: The body has more than 256 KiB. */
            413: Settings;
            /** @description `unsupported_media_type`: The body is not sent as application/json. */
            415: Settings2;
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
