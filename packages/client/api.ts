// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
export interface paths {
    "/v1/hypothesize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** Format: user-id */
                        user_id: string;
                        /** Format: text */
                        input_text: string;
                        media_type?: string;
                        /** @description Hypotheses of your own: all are returned, ranked */
                        candidates?: string[];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            interaction_id: string;
                            hypotheses: {
                                id: string;
                                question: string;
                                rationale: string;
                                confidence: number;
                            }[];
                            auto_advance: boolean;
                            recommended_id: string;
                            model_id: string;
                            context: {
                                persona_facets: {
                                    concise: number;
                                    step_by_step: number;
                                    code_first: number;
                                    formal: number;
                                };
                                interaction_count: number;
                                recent_goals: string[];
                                preferences: string[];
                            };
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
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
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
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
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            event_id: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/interactions/{interaction_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    interaction_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            interaction_id: string;
                            user_id: string;
                            /** @description open or selected */
                            status: string;
                            input_text: string;
                            media_type: string;
                            created_at: string;
                            model_id: string;
                            hypotheses: {
                                id: string;
                                question: string;
                                rationale: string;
                                confidence: number;
                                raw_confidence: number;
                                position: number;
                                score: number;
                                propensity: number;
                                features: {
                                    [key: string]: number;
                                };
                            }[];
                            auto_advance: boolean;
                            event_id: string | null;
                            selected_id: string | null;
                            selected_at: string | null;
                            auto_advanced: boolean | null;
                            /** @description Every consumer has learned from the pick */
                            learned: boolean;
                            learning: {
                                "training-log": {
                                    /** @description pending, learned, or dead_lettered */
                                    status: string;
                                    error?: string;
                                };
                                memory: {
                                    /** @description pending, learned, or dead_lettered */
                                    status: string;
                                    error?: string;
                                    memories: {
                                        memory_id: string;
                                        type: string;
                                        content: string;
                                        confidence: number;
                                    }[];
                                };
                                persona: {
                                    /** @description pending, learned, or dead_lettered */
                                    status: string;
                                    error?: string;
                                    facet_deltas?: {
                                        concise?: number;
                                        step_by_step?: number;
                                        code_first?: number;
                                        formal?: number;
                                    };
                                    new_facets?: {
                                        concise: number;
                                        step_by_step: number;
                                        code_first: number;
                                        formal: number;
                                    };
                                    decided_by?: string;
                                    reason?: string;
                                };
                            } | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{user_id}/persona": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            facets: {
                                concise: number;
                                step_by_step: number;
                                code_first: number;
                                formal: number;
                            };
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
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{user_id}/memories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    type?: "goal" | "preference" | "history";
                    query?: string;
                    include?: "superseded";
                    limit: number;
                    cursor?: string;
                };
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            memories: {
                                memory_id: string;
                                type: string;
                                content: string;
                                confidence: number;
                                tags: string[];
                                /** @description active or superseded */
                                status: string;
                                /** @description The user said so; learning never overrules it */
                                corrected: boolean;
                                /** @description How often it was learned */
                                count: number;
                                /** Format: date-time */
                                first_seen: string;
                                /** Format: date-time */
                                last_seen: string;
                                sources: {
                                    interaction_id: string;
                                    seen_at: string;
                                }[];
                                /** @description To the query, in [0, 1] */
                                relevance?: number;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{user_id}/memories/{memory_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                    memory_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                    memory_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** Format: text */
                        content?: string;
                        status?: "active" | "superseded";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            memory_id: string;
                            type: string;
                            content: string;
                            confidence: number;
                            tags: string[];
                            /** @description active or superseded */
                            status: string;
                            /** @description The user said so; learning never overrules it */
                            corrected: boolean;
                            /** @description How often it was learned */
                            count: number;
                            /** Format: date-time */
                            first_seen: string;
                            /** Format: date-time */
                            last_seen: string;
                            sources: {
                                interaction_id: string;
                                seen_at: string;
                            }[];
                            /** @description To the query, in [0, 1] */
                            relevance?: number;
                        };
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/training/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            hypotheses_count: number;
                            persona_updates_count: number;
                            ranking_samples_count: number;
                            feedback_count: number;
                            data_dir: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/training/datasets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
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
                                /** Format: date-time */
                                requested_at: string | null;
                                /** Format: date-time */
                                started_at: string | null;
                                /** Format: date-time */
                                finished_at: string | null;
                                /** @description Samples by step */
                                counts: {
                                    [key: string]: number;
                                } | null;
                                error: string | null;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            build_id: string;
                            status: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
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
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        model_id?: string;
                        kind: "ranker" | "llm";
                        /** @description Of a ranker: of each feature by its name */
                        weights?: {
                            [key: string]: number;
                        };
                        /** @description Of an llm: its name on the server of SLM_IMPL */
                        model?: string;
                        /** @default 1 */
                        temperature: number;
                        /** Format: text */
                        reason?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            model_id: string;
                            status: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model_id}/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    model_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** Format: text */
                        reason?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            model_id: string;
                            status: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model_id}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    model_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** Format: text */
                        reason?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            model_id: string;
                            status: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/experiments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
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
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
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
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            experiment_id: string;
                            status: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics/learning": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
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
                    headers: {
                        [name: string]: unknown;
                    };
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
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            erasure_id: string;
                            /** @description erasing, or erased */
                            status: string;
                            /** Format: date-time */
                            requested_at: string;
                            /** Format: date-time */
                            done_at: string | null;
                            /** @description Why it is not done yet; it is tried again */
                            error: string | null;
                            erased: {
                                /** @description Rows of the database, by table */
                                rows: {
                                    [key: string]: number;
                                };
                                training_log_records: number;
                                /** @description Samples, by file */
                                dataset_samples: {
                                    [key: string]: number;
                                };
                                /** @description Models that had learned from the user; they are marked for retraining */
                                models: string[];
                            } | null;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures/{erasure_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    erasure_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            erasure_id: string;
                            /** @description erasing, or erased */
                            status: string;
                            /** Format: date-time */
                            requested_at: string;
                            /** Format: date-time */
                            done_at: string | null;
                            /** @description Why it is not done yet; it is tried again */
                            error: string | null;
                            erased: {
                                /** @description Rows of the database, by table */
                                rows: {
                                    [key: string]: number;
                                };
                                training_log_records: number;
                                /** @description Samples, by file */
                                dataset_samples: {
                                    [key: string]: number;
                                };
                                /** @description Models that had learned from the user; they are marked for retraining */
                                models: string[];
                            } | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{user_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Also the lines of the training log, all of which is read */
                    include?: "training_log";
                };
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user_id: string;
                            /** Format: date-time */
                            exported_at: string;
                            held: {
                                [key: string]: unknown[];
                            };
                            training_log?: {
                                [key: string]: unknown[];
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{user_id}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
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
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Nothing of this user goes into the training log any more */
                            training_opt_out: boolean;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
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
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/{dead_letter_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    dead_letter_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Dead letters that are owed again */
                            replayed: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Dead letters that are owed again */
                            replayed: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            tenant_id: string;
                            /** @description reader or admin */
                            role: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description ready, degraded (it serves, something is away), or unavailable */
                            status: string;
                            missing: string[];
                            outbox_pending: number | null;
                            oldest_pending_ms: number | null;
                        };
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description ready, degraded (it serves, something is away), or unavailable */
                            status: string;
                            missing: string[];
                            outbox_pending: number | null;
                            oldest_pending_ms: number | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
