// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Parameters } from "../shared.ts";
export type Path = {
    parameters: Parameters;
    get: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        experiments: {
                            experiment_id: string;
                            kind: string;
                            /** @description running or stopped */
                            status: string;
                            variants: {
                                model_id: string;
                                /** @description Share of the users */
                                weight: number;
                            }[];
                            started_at: string;
                            ended_at: string | null;
                            /** @description promoted, rolled_back, invalid, inconclusive, or stopped */
                            outcome: string | null;
                            reason: string | null;
                            /** @description What the test last saw */
                            looks: unknown;
                        }[];
                    };
                };
            };
        };
    };
    post: {
        parameters: Parameters;
        requestBody: {
            content: {
                "application/json": {
                    /** @description All rankers or all language models. The first is the control: shipped or configured, or any other; the shares add up to 1 */
                    variants: {
                        model_id: string;
                        /** @description Share of the users */
                        weight: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: Headers;
                content: {
                    "application/json": {
                        experiment_id: string;
                        status: string;
                    };
                };
            };
        };
    };
};
