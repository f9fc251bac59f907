// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { DatasetSamples, ErrorBodyAnswer, ErrorBodyAnswer2, Facets, Headers, Parameters } from "../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * What was shown, selected and learned
     * @description Answers an interaction with its hypotheses, its selection, and what each consumer learned from it.
     */
    get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As `/v1/hypothesize` answered it */
                interaction_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was shown, selected and learned */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        interaction_id: string;
                        user_id: string;
                        /** @description open or selected */
                        status: string;
                        input_text: string;
                        media_type: string;
                        created_at: string;
                        model_id: string;
                        hypotheses: {
                            id: string;
                            question: string;
                            rationale: string;
                            confidence: number;
                            raw_confidence: number;
                            position: number;
                            score: number;
                            propensity: number;
                            features: DatasetSamples;
                            reasons?: string[];
                        }[];
                        /** @description Chance that the user selects none of these */
                        none_confidence: number;
                        auto_advance: boolean;
                        event_id: string | null;
                        selected_id: string | null;
                        selected_at: string | null;
                        auto_advanced: boolean | null;
                        /** @description Every consumer has learned from the pick */
                        learned: boolean;
                        learning: {
                            "training-log": {
                                /** @description pending, learned, or dead_lettered */
                                status: string;
                                error?: string;
                            };
                            memory: {
                                /** @description pending, learned, or dead_lettered */
                                status: string;
                                error?: string;
                                memories: {
                                    memory_id: string;
                                    type: string;
                                    content: string;
                                    confidence: number;
                                }[];
                            };
                            persona: {
                                /** @description pending, learned, or dead_lettered */
                                status: string;
                                error?: string;
                                facet_deltas?: {
                                    concise?: number;
                                    step_by_step?: number;
                                    code_first?: number;
                                    formal?: number;
                                };
                                new_facets?: Facets;
                                decided_by?: string;
                                reason?: string;
                            };
                        } | null;
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
            /** @description `no_such_interaction`: The user has no such interaction. */
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
