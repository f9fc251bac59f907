// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, Headers, Parameters } from "./shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Whether the process lives
     * @description Answers as long as the process can; no server is asked.
     */
    get: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description Whether the process lives */
            200: {
                headers: Headers;
                content?: never;
            };
            /** @description `internal_error`: Something failed on our side; the log has the details. */
            500: ErrorBodyAnswer;
        };
    };
};
