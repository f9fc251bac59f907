// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { DatasetSamples, Headers, Parameters } from "../shared.ts";
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
                        models: {
                            model_id: string;
                            kind: string;
                            /** @description candidate, canary, active, retired, or rejected */
                            status: string;
                            reason: string;
                            dataset_version: string | null;
                            parent_id: string | null;
                            artifact: unknown;
                            metrics: unknown;
                            created_at: string | null;
                            changed_at: string | null;
                        }[];
                        /** @description What happened, newest first */
                        changes: {
                            model_id: string;
                            from_status: string;
                            to_status: string;
                            reason: string;
                            changed_at: string;
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
                    model_id?: string;
                    kind: "ranker" | "llm";
                    /** @description Of a ranker: of each feature by its name */
                    weights?: DatasetSamples;
                    /** @description Of an llm: its name on the server of SLM_IMPL */
                    model?: string;
                    /** @default 1 */
                    temperature: number;
                    /** Format: text */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: Headers;
                content: {
                    "application/json": {
                        model_id: string;
                        status: string;
                    };
                };
            };
        };
    };
};
