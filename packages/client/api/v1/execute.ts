// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
import type { ErrorBodyAnswer, ErrorBodyAnswer2, Headers, Parameters } from "../shared.ts";
export type Path = {
    parameters: Parameters;
    /**
     * Select a hypothesis
     * @description Accepts the selection durably, and answers the enriched prompt for your model. The service learns from it in the background, exactly once. A repetition with the same `interaction_id` changes nothing and gets the same answer.
     */
    post: {
        parameters: Parameters;
        requestBody: {
            content: {
                "application/json": {
                    /** Format: user-id */
                    user_id: string;
                    /** Format: text */
                    input_text: string;
                    /** @description The id of the hypothesis picked; null for none of these */
                    hypothesis_id: string | null;
                    /** Format: uuid */
                    interaction_id?: string;
                    auto_advanced?: boolean;
                };
            };
        };
        responses: {
            /** @description Select a hypothesis */
            200: {
                headers: Headers;
                content: {
                    "application/json": {
                        /** Format: uuid */
                        interaction_id: string;
                        /** Format: uuid */
                        event_id: string;
                        enriched_prompt: string;
                        tokens_estimate: number;
                        context_breakdown: {
                            goal: number;
                            pref: number;
                            history: number;
                        };
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
            /**
             * @description `no_such_interaction`: The user has no such interaction.
             *
             *     `no_such_hypothesis`: The interaction has no such hypothesis.
             */
            404: ErrorBodyAnswer;
            /**
             * @description `already_picked`: Another hypothesis of this interaction was selected before.
             *
             *     `user_erased`: The user was erased meanwhile; nothing was stored.
             */
            409: ErrorBodyAnswer;
            /** @description `body_too_large`: The body has more than 256 KiB. */
            413: ErrorBodyAnswer;
            /** @description `unsupported_media_type`: The body is not sent as application/json. */
            415: ErrorBodyAnswer;
            /** @description `input_text_differs`: The interaction was about another `input_text`. */
            422: ErrorBodyAnswer;
            /**
             * @description `too_costly`: Too many costly requests of the tenant wait already.
             *
             *     `too_many_requests`: The requests of this minute are used up.
             */
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
