// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Facets, Feedback, Headers, Memories2, Memories3, Memories4, Memories5, Memories6, Memories7, Parameters, Settings, Settings2 } from "../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Ask what the user means
     * @description Answers three ranked hypotheses of what the text means, or ranks `candidates` of your own. Nothing is learned until one is selected.
     */
    post: {
        parameters: Parameters;
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user_id": "ada",
                 *       "input_text": "build api"
                 *     }
                 */
                "application/json": {
                    /** Format: user-id */
                    user_id: string;
                    /** Format: text */
                    input_text: string;
                    media_type?: string;
                    /** @description How long a language model may take at most; then the rules answer. It only shortens LLM_TIMEOUT_MS */
                    max_wait_ms?: number;
                    /** @description Hypotheses of your own: all are returned, ranked */
                    candidates?: string[];
                };
            };
        };
        responses: {
            /** @description Ask what the user means */
            200: {
                headers: Headers;
                content: {
                    /**
                     * @example {
                     *       "interaction_id": "01a2057f-58be-77b5-ad22-32f3129e4e90",
                     *       "hypotheses": [
                     *         {
                     *           "id": "h1",
                     *           "question": "Do you want to build a REST API with FastAPI and Docker deployment?",
                     *           "rationale": "the usual way to a working version",
                     *           "confidence": 0.61
                     *         }
                     *       ],
                     *       "none_confidence": 0.39,
                     *       "auto_advance": false,
                     *       "recommended_id": "h1",
                     *       "model_id": "rules",
                     *       "context": {
                     *         "persona_facets": {
                     *           "concise": 0.5,
                     *           "step_by_step": 0.5,
                     *           "code_first": 0.55,
                     *           "formal": 0.5
                     *         },
                     *         "interaction_count": 4,
                     *         "recent_goals": [
                     *           "build a REST API"
                     *         ],
                     *         "preferences": [
                     *           "FastAPI"
                     *         ],
                     *         "dislikes": [
                     *           "Docker"
                     *         ]
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** Format: uuid */
                        interaction_id: string;
                        hypotheses: {
                            id: string;
                            question: string;
                            rationale: string;
                            /** @description Chance that the user selects it */
                            confidence: number;
                        }[];
                        /** @description Chance that the user selects none of these; adds up to 1 with the confidences */
                        none_confidence: number;
                        auto_advance: boolean;
                        recommended_id: string;
                        model_id: string;
                        context: {
                            persona_facets: Facets;
                            interaction_count: number;
                            recent_goals: string[];
                            preferences: string[];
                            dislikes?: string[];
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
            /** @description `user_erased`: The user was erased meanwhile; nothing was stored. */
            409: Feedback;
            /** @description `body_too_large`: The body has more than 256 KiB. */
            413: Settings;
            /** @description `unsupported_media_type`: The body is not sent as application/json. */
            415: Settings2;
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
