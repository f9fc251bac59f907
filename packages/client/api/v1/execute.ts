// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Interactions, Memories, Memories2, Memories3, Memories4, Memories5, Memories6, Memories7, Parameters, Settings, Settings2 } from "../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Select a hypothesis
     * @description Accepts the selection durably, and answers the enriched prompt for your model. The service learns from it in the background, exactly once. A repetition with the same `interaction_id` changes nothing and gets the same answer.
     */
    post: {
        parameters: Parameters;
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user_id": "ada",
                 *       "input_text": "build api",
                 *       "hypothesis_id": "h1",
                 *       "interaction_id": "01a2057f-58be-77b5-ad22-32f3129e4e90"
                 *     }
                 */
                "application/json": {
                    /** Format: user-id */
                    user_id: string;
                    /** Format: text */
                    input_text: string;
                    /** @description The id of the hypothesis picked; null for none of these */
                    hypothesis_id: string | null;
                    /** Format: uuid */
                    interaction_id?: string;
                    auto_advanced?: boolean;
                };
            };
        };
        responses: {
            /** @description Select a hypothesis */
            200: {
                headers: Headers;
                content: {
                    /**
                     * @example {
                     *       "interaction_id": "01a2057f-58be-77b5-ad22-32f3129e4e90",
                     *       "event_id": "01a2057f-9004-7f60-8e4b-3c9fa05e1d44",
                     *       "enriched_prompt": "The user wants: build a REST API with FastAPI and Docker deployment. …",
                     *       "tokens_estimate": 96,
                     *       "context_breakdown": {
                     *         "goal": 14,
                     *         "pref": 9,
                     *         "history": 40
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** Format: uuid */
                        interaction_id: string;
                        /** Format: uuid */
                        event_id: string;
                        enriched_prompt: string;
                        tokens_estimate: number;
                        context_breakdown: {
                            goal: number;
                            pref: number;
                            history: number;
                        };
                    };
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
            /**
             * @description `no_such_interaction`: The user has no such interaction.
             *
             *     `no_such_hypothesis`: The interaction has no such hypothesis.
             */
            404: Interactions;
            /**
             * @description `already_picked`: Another hypothesis of this interaction was selected before.
             *
             *     `user_erased`: The user was erased meanwhile; nothing was stored.
             */
            409: {
                headers: Headers;
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "code": "already_picked",
                     *         "message": "Another hypothesis of this interaction was selected before."
                     *       }
                     *     }
                     */
                    "application/json": Memories;
                };
            };
            /** @description `body_too_large`: The body has more than 256 KiB. */
            413: Settings;
            /** @description `unsupported_media_type`: The body is not sent as application/json. */
            415: Settings2;
            /** @description `input_text_differs`: The interaction was about another `input_text`. */
            422: {
                headers: Headers;
                content: {
                    /**
                     * @example {
                     *       "error": {
                     *         "code": "input_text_differs",
                     *         "message": "The interaction was about another `input_text`."
                     *       }
                     *     }
                     */
                    "application/json": Memories;
                };
            };
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
