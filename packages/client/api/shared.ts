// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
export type Memories = {
    error: {
        /** @description Stable; for programs */
        code: string;
        /** @description For people; it may change */
        message: string;
        /** @description Which field is wrong, such as `candidates.1` */
        field?: string;
    };
};
export type Headers = {
    [name: string]: unknown;
};
export type Memories2 = {
    headers: Headers2;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "overloaded",
         *         "message": "More is asked than can be answered; nothing was done."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Replay = {
    headers: Headers2;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "too_many_requests",
         *         "message": "The requests of this minute are used up."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Memories3 = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "internal_error",
         *         "message": "Something failed on our side; the log has the details."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Memories4 = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "key_needed",
         *         "message": "No valid API key was sent."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Memories5 = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "role_needed",
         *         "message": "The key has another role than the one that is needed."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Parameters = {
    query?: never;
    header?: never;
    path?: never;
    cookie?: never;
};
export type Memories6 = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "invalid_request",
         *         "message": "A field is missing, unknown or has no valid value; `field` names it."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Settings = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "body_too_large",
         *         "message": "The body has more than 256 KiB."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Settings2 = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "unsupported_media_type",
         *         "message": "The body is not sent as application/json."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Experiments = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "no_such_model",
         *         "message": "There is no such model."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Erasures = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "erasure_id": "01a2057f-7002-7d40-8c2f-1a7d8e3c9b22",
         *       "status": "erasing",
         *       "requested_at": "2026-12-01T10:00:00.000Z",
         *       "done_at": null,
         *       "error": null,
         *       "erased": null
         *     }
         */
        "application/json": {
            /** Format: uuid */
            erasure_id: string;
            /** @description erasing, or erased */
            status: string;
            /** Format: date-time */
            requested_at: string;
            done_at: string | null;
            error: string | null;
            erased: {
                /** @description Rows of the database, by table */
                rows: DatasetSamples;
                training_log_records: number;
                /** @description Samples, by file */
                dataset_samples: DatasetSamples;
                /** @description Models that had learned from the user; they are marked for retraining */
                models: string[];
            } | null;
        };
    };
};
export type Memories7 = {
    headers: Headers2;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "too_costly",
         *         "message": "Too many costly requests of the tenant wait already."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Interactions = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "no_such_interaction",
         *         "message": "The user has no such interaction."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Parameters2 = {
    /**
     * @description The application’s own id of the user
     * @example ada
     */
    user_id: string;
};
export type Experiments2 = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "wrong_status",
         *         "message": "A model with this status cannot be changed so."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Memories8 = {
    memory_id: string;
    type: string;
    content: string;
    /** @description Of a preference: whether the user likes it or avoids it */
    polarity?: "like" | "dislike";
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
export type Parameters3 = {
    query?: never;
    header?: never;
    path: {
        /**
         * @description The application’s own id of the user
         * @example ada
         */
        user_id: string;
        /**
         * @description As the list of memories names it
         * @example 01a2057f-6001-7c30-9b1e-0f6c7d2b8a11
         */
        memory_id: string;
    };
    cookie?: never;
};
export type Readyz = {
    /** @description ready, degraded (it serves, something is away), or unavailable */
    status: string;
    missing: string[];
    /** @description Up to 10,000; for readers and admins only */
    outbox_pending?: number | null;
    /** @description For readers and admins only */
    oldest_pending_ms?: number | null;
    /** @description While the queue lacks memory; for readers and admins only */
    queue_full?: {
        /** @description Why events are learned without the queue, and what to do */
        reason: string;
        /** Format: date-time */
        since: string;
    };
};
export type Headers2 = {
    /** @description Seconds until the same request may be sent again */
    "retry-after"?: number;
    [name: string]: unknown;
};
export type Feedback = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "user_erased",
         *         "message": "The user was erased meanwhile; nothing was stored."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Memories9 = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "error": {
         *         "code": "no_such_memory",
         *         "message": "The user has no such memory."
         *       }
         *     }
         */
        "application/json": Memories;
    };
};
export type Replay2 = {
    headers: Headers;
    content: {
        /**
         * @example {
         *       "replayed": 1
         *     }
         */
        "application/json": {
            /** @description Dead letters that are owed again */
            replayed: number;
        };
    };
};
export type Facets = {
    concise: number;
    step_by_step: number;
    code_first: number;
    formal: number;
};
export type DatasetSamples = {
    [key: string]: number;
};
export type Parameters4 = {
    query?: never;
    header?: never;
    path: Parameters2;
    cookie?: never;
};
export type Parameters5 = {
    query?: never;
    header?: never;
    path: {
        /**
         * @description As the list of models names it
         * @example ranker-20261201
         */
        model_id: string;
    };
    cookie?: never;
};
