// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { DatasetSamples, ErrorBodyAnswer, ErrorBodyAnswer2, Headers, Parameters, Rollback } from "../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * List the models
     * @description Lists rankers and language models with their status and metrics, and what happened to them.
     */
    get: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description List the models */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        models: {
                            model_id: string;
                            kind: string;
                            /** @description candidate, canary, active, retired, or rejected */
                            status: string;
                            reason: string;
                            dataset_version: string | null;
                            parent_id: string | null;
                            artifact: unknown;
                            metrics: unknown;
                            created_at: string | null;
                            changed_at: string | null;
                        }[];
                        /** @description What happened, newest first */
                        changes: {
                            model_id: string;
                            from_status: string;
                            to_status: string;
                            reason: string;
                            changed_at: string;
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
     * Register a model
     * @description Registers a ranker by its weights, or a language model by its name on the model server, as a candidate.
     */
    post: {
        parameters: Parameters;
        requestBody: {
            content: {
                "application/json": {
                    model_id?: string;
                    kind: "ranker" | "llm";
                    /** @description Of a ranker: of each feature by its name */
                    weights?: DatasetSamples;
                    /** @description Of an llm: its name on the server of SLM_IMPL */
                    model?: string;
                    /** @default 1 */
                    temperature?: number;
                    /** Format: text */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Register a model */
            201: Rollback;
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
             * @description `model_exists`: A model has this id already.
             *
             *     `not_served_here`: The configured model server does not serve this model.
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
