// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Parameters } from "../shared.ts";
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
                    /** @description The id of the hypothesis picked; null for none of these */
                    hypothesis_id: string | null;
                    /** Format: uuid */
                    interaction_id?: string;
                    auto_advanced?: boolean;
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
        };
    };
};
