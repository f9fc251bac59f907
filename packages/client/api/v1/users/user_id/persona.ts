// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Facets, Headers, Parameters, Parameters2 } from "../../../shared.ts";
export type Path = {
    parameters: Parameters;
    get: {
        parameters: Parameters2;
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        facets: Facets;
                        interaction_count: number;
                        /**
                         * Format: date-time
                         * @description null when nothing has been learned of this user yet
                         */
                        updated_at: string | null;
                    };
                };
            };
        };
    };
};
