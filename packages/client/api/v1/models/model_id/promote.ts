// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Parameters, Rollback } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    post: Rollback;
};
