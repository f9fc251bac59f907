// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, ErrorBodyAnswer2, Facets, Headers, Parameters } from "../shared.ts";
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
            400: ErrorBodyAnswer;
            /** @description `key_needed`: No valid API key was sent. */
            401: ErrorBodyAnswer;
            /**
             * @description `role_needed`: The key has another role than the one that is needed.
             *
             *     `foreign_host`: There are no API keys yet, and the request came from another host or page than this machine’s.
             */
            403: ErrorBodyAnswer;
            /** @description `user_erased`: The user was erased meanwhile; nothing was stored. */
            409: ErrorBodyAnswer;
            /** @description `body_too_large`: The body has more than 256 KiB. */
            413: ErrorBodyAnswer;
            /** @description `unsupported_media_type`: The body is not sent as application/json. */
            415: ErrorBodyAnswer;
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
