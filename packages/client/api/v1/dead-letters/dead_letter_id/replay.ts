// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Parameters, Replay } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                dead_letter_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: Replay;
    };
};
