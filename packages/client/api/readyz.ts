// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Parameters, Readyz } from "./shared.ts";
export type Path = {
    parameters: Parameters;
    get: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: Readyz;
            /** @description Default Response */
            503: Readyz;
        };
    };
};
