// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Erasures, Parameters, Parameters2 } from "../../shared.ts";
export type Path = {
    parameters: Parameters;
    delete: {
        parameters: Parameters2;
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: Erasures;
        };
    };
};
