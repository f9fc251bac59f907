// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Parameters } from "../shared.ts";
export type Path = {
    parameters: Parameters;
    post: {
        parameters: Parameters;
        requestBody: {
            content: {
                "application/json": {
                    /** Format: user-id */
                    user_id: string;
                    /** Format: uuid */
                    interaction_id: string;
                    type: "thumbs_up" | "thumbs_down" | "rating" | "comment";
                    /** @description 1 to 5 for a rating, text for a comment; for thumbs a reason or nothing */
                    value?: string | number | (never | null);
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: Headers;
                content: {
                    "application/json": {
                        /** Format: uuid */
                        event_id: string;
                    };
                };
            };
        };
    };
};
