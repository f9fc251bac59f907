// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
export type ErrorBodyAnswer = {
    headers: Headers;
    content: ErrorBodyContent;
};
export type ErrorBodyAnswer2 = {
    headers: {
        /** @description Seconds until the same request may be sent again */
        "retry-after"?: number;
        [name: string]: unknown;
    };
    content: ErrorBodyContent;
};
export type Parameters = {
    query?: never;
    header?: never;
    path?: never;
    cookie?: never;
};
export type Headers = {
    [name: string]: unknown;
};
export type Erasures = {
    headers: Headers;
    content: {
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
export type Memories = {
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
export type Readyz = {
    headers: Headers;
    content: {
        "application/json": {
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
    };
};
export type Parameters2 = {
    query?: never;
    header?: never;
    path: {
        /** @description The application’s own id of the user */
        user_id: string;
    };
    cookie?: never;
};
export type Rollback = {
    headers: Headers;
    content: {
        "application/json": {
            model_id: string;
            status: string;
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
export type ErrorBodyContent = {
    "application/json": {
        error: {
            /** @description Stable; for programs */
            code: string;
            /** @description For people; it may change */
            message: string;
            /** @description Which field is wrong, such as `candidates.1` */
            field?: string;
        };
    };
};
