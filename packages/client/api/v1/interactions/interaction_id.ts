// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { DatasetSamples, Facets, Headers, Parameters } from "../../shared.ts";
export type Path = {
    parameters: Parameters;
    get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                interaction_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
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
        };
    };
};
