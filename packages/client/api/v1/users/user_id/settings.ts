// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Parameters, Parameters2 } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    put: {
        parameters: Parameters2;
        requestBody: {
            content: {
                "application/json": {
                    /** @description Nothing of this user goes into the training log any more */
                    training_opt_out: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        /** @description Nothing of this user goes into the training log any more */
                        training_opt_out: boolean;
                    };
                };
            };
        };
    };
};
