// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, ErrorBodyAnswer2, Headers, Parameters } from "../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * List the experiments
     * @description Lists the newest 100 experiments with their variants and outcomes.
     */
    get: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description List the experiments */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        experiments: {
                            experiment_id: string;
                            kind: string;
                            /** @description running or stopped */
                            status: string;
                            variants: {
                                model_id: string;
                                /** @description Share of the users */
                                weight: number;
                            }[];
                            started_at: string;
                            ended_at: string | null;
                            /** @description promoted, rolled_back, invalid, inconclusive, or stopped */
                            outcome: string | null;
                            reason: string | null;
                            /** @description What the test last saw */
                            looks: unknown;
                        }[];
                    };
                };
            };
            /** @description `key_needed`: No valid API key was sent. */
            401: ErrorBodyAnswer;
            /**
             * @description `role_needed`: The key has another role than the one that is needed.
             *
             *     `foreign_host`: There are no API keys yet, and the request came from another host or page than this machine’s.
             */
            403: ErrorBodyAnswer;
            /** @description `too_many_requests`: The requests of this minute are used up. */
            429: ErrorBodyAnswer2;
            /** @description `internal_error`: Something failed on our side; the log has the details. */
            500: ErrorBodyAnswer;
            /**
             * @description `overloaded`: More is asked than can be answered; nothing was done.
             *
             *     `unavailable`: The database cannot be reached; nothing was stored.
             */
            503: ErrorBodyAnswer2;
        };
    };
    /**
     * Start an experiment
     * @description Divides the users between models; the trainer promotes or rolls back by what they select.
     */
    post: {
        parameters: Parameters;
        requestBody: {
            content: {
                "application/json": {
                    /** @description All rankers or all language models. The first is the control: shipped or configured, or any other; the shares add up to 1 */
                    variants: {
                        model_id: string;
                        /** @description Share of the users */
                        weight: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Start an experiment */
            201: {
                headers: Headers;
                content: {
                    "application/json": {
                        experiment_id: string;
                        status: string;
                    };
                };
            };
            /**
             * @description `invalid_request`: A field is missing, unknown or has no valid value; `field` names it.
             *
             *     `invalid_json`: The body is no JSON, or names a field twice.
             */
            400: ErrorBodyAnswer;
            /** @description `key_needed`: No valid API key was sent. */
            401: ErrorBodyAnswer;
            /**
             * @description `role_needed`: The key has another role than the one that is needed.
             *
             *     `foreign_host`: There are no API keys yet, and the request came from another host or page than this machine’s.
             */
            403: ErrorBodyAnswer;
            /** @description `no_such_model`: There is no such model. */
            404: ErrorBodyAnswer;
            /**
             * @description `wrong_status`: A model with this status cannot be changed so.
             *
             *     `not_served_here`: The configured model server does not serve this model.
             *
             *     `experiment_running`: An experiment is running already.
             */
            409: ErrorBodyAnswer;
            /** @description `body_too_large`: The body has more than 256 KiB. */
            413: ErrorBodyAnswer;
            /** @description `unsupported_media_type`: The body is not sent as application/json. */
            415: ErrorBodyAnswer;
            /** @description `too_many_requests`: The requests of this minute are used up. */
            429: ErrorBodyAnswer2;
            /** @description `internal_error`: Something failed on our side; the log has the details. */
            500: ErrorBodyAnswer;
            /**
             * @description `overloaded`: More is asked than can be answered; nothing was done.
             *
             *     `unavailable`: The database cannot be reached; nothing was stored.
             */
            503: ErrorBodyAnswer2;
        };
    };
};
