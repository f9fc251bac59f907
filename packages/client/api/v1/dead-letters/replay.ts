// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Parameters, Replay } from "../../shared.ts";
export type Path = {
    parameters: Parameters;
    post: {
        parameters: Parameters;
        requestBody?: never;
        responses: Replay;
    };
};
