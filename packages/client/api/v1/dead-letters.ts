// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Parameters } from "../shared.ts";
export type Path = {
    parameters: Parameters;
    get: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        dead_letters: {
                            dead_letter_id: string;
                            event_id: string;
                            event: string;
                            /** @description Which consumer gave up on the event */
                            consumer: string;
                            user_id: string;
                            error: string;
                            attempts: number;
                            /** Format: date-time */
                            first_failed_at: string;
                            /** Format: date-time */
                            last_failed_at: string;
                        }[];
                    };
                };
            };
        };
    };
};
