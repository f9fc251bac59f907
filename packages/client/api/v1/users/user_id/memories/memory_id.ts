// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Memories, Parameters } from "../../../../shared.ts";
export type Path = {
    parameters: Parameters;
    delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
                memory_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: Headers;
                content?: never;
            };
        };
    };
    patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
                memory_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: text */
                    content?: string;
                    status?: "active" | "superseded";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: Headers;
                content: {
                    "application/json": Memories;
                };
            };
        };
    };
};
