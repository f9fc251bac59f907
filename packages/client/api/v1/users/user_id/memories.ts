// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Memories, Parameters } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    get: {
        parameters: {
            query: {
                type?: "goal" | "preference" | "history";
                query?: string;
                include?: "superseded";
                limit: number;
                cursor?: string;
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
                        memories: Memories[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
};
