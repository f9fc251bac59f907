// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { DatasetSamples, Headers, Parameters } from "../../shared.ts";
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
                        builds: {
                            build_id: string;
                            /** @description queued, running, done, empty (nothing to learn from), or failed */
                            status: string;
                            /** @description What a running build is at */
                            step: string | null;
                            /** @description The dataset that was made */
                            version: string | null;
                            notes: string[];
                            /** Format: date-time */
                            requested_at: string | null;
                            /** Format: date-time */
                            started_at: string | null;
                            /** Format: date-time */
                            finished_at: string | null;
                            /** @description Samples by step */
                            counts: DatasetSamples | null;
                            error: string | null;
                        }[];
                    };
                };
            };
        };
    };
    post: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: Headers;
                content: {
                    "application/json": {
                        build_id: string;
                        status: string;
                    };
                };
            };
        };
    };
};
