// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Facets, Headers, Parameters } from "../shared.ts";
export type Path = {
    parameters: Parameters;
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
                    /** @description Hypotheses of your own: all are returned, ranked */
                    candidates?: string[];
                };
            };
        };
        responses: {
            /** @description Default Response */
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
        };
    };
};
