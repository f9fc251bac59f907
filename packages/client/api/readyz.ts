// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, Parameters, Readyz } from "./shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Whether requests can be served
     * @description Says what is away: PostgreSQL, the queue, or room in the queue. 503 without PostgreSQL.
     */
    get: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description Whether requests can be served */
            200: Readyz;
            /** @description `internal_error`: Something failed on our side; the log has the details. */
            500: ErrorBodyAnswer;
            /** @description Whether requests can be served */
            503: Readyz;
        };
    };
};
