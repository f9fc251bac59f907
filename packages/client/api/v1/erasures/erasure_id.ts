// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Erasures, Parameters } from "../../shared.ts";
export type Path = {
    parameters: Parameters;
    get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                erasure_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: Erasures;
        };
    };
};
