// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Parameters } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    get: {
        parameters: {
            query?: {
                /** @description Also the lines of the training log, all of which is read */
                include?: "training_log";
            };
            header?: never;
            path: {
                user_id: string;
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
                        user_id: string;
                        /** Format: date-time */
                        exported_at: string;
                        held: {
                            [key: string]: unknown[];
                        };
                        training_log?: {
                            [key: string]: unknown[];
                        };
                    };
                };
            };
        };
    };
};
