// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { Headers, Parameters } from "../../shared.ts";
export type Path = {
    parameters: Parameters;
    get: {
        parameters: {
            query: {
                by: "model" | "day";
                /** @description Such as 24h or 30d */
                window: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        by: string;
                        since: string;
                        rows: {
                            /** @description A ranker, a language model that was asked, or a day */
                            key: string;
                            interactions: number;
                            users: number;
                            answers: number;
                            selection_rate: number | null;
                            first_place_rate: number | null;
                            auto_advance_rate: number | null;
                            override_rate: number | null;
                            satisfaction: number | null;
                            feedback: number;
                            return_rate: number | null;
                        }[];
                    };
                };
            };
        };
    };
};
