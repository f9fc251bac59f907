// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { DatasetSamples, ErrorBodyAnswer, ErrorBodyAnswer2, Headers, Parameters } from "../../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * List the datasets
     * @description Lists the newest 100 builds, with what each made and left out.
     */
    get: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description List the datasets */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        builds: {
                            build_id: string;
                            /** @description queued, running, done, empty (nothing to learn from), or failed */
                            status: string;
                            /** @description What a running build is at */
                            step: string | null;
                            /** @description The dataset that was made */
                            version: string | null;
                            notes: string[];
                            requested_at: string | null;
                            started_at: string | null;
                            finished_at: string | null;
                            /** @description Samples by step */
                            counts: DatasetSamples | null;
                            error: string | null;
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
     * Build a dataset now
     * @description Asks the trainer for a dataset of all that was logged; it also builds one on its schedule.
     */
    post: {
        parameters: Parameters;
        requestBody?: never;
        responses: {
            /** @description Build a dataset now */
            202: {
                headers: Headers;
                content: {
                    "application/json": {
                        build_id: string;
                        status: string;
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
};
