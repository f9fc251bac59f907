// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.
export interface paths {
    "/v1/hypothesize": import("./api/v1/hypothesize.ts").Path;
    "/v1/execute": import("./api/v1/execute.ts").Path;
    "/v1/feedback": import("./api/v1/feedback.ts").Path;
    "/v1/interactions/{interaction_id}": import("./api/v1/interactions/interaction_id.ts").Path;
    "/v1/users/{user_id}/persona": import("./api/v1/users/user_id/persona.ts").Path;
    "/v1/users/{user_id}/memories": import("./api/v1/users/user_id/memories.ts").Path;
    "/v1/users/{user_id}/memories/{memory_id}": import("./api/v1/users/user_id/memories/memory_id.ts").Path;
    "/v1/training/stats": import("./api/v1/training/stats.ts").Path;
    "/v1/training/datasets": import("./api/v1/training/datasets.ts").Path;
    "/v1/models": import("./api/v1/models.ts").Path;
    "/v1/models/{model_id}/promote": import("./api/v1/models/model_id/promote.ts").Path;
    "/v1/models/{model_id}/rollback": import("./api/v1/models/model_id/rollback.ts").Path;
    "/v1/experiments": import("./api/v1/experiments.ts").Path;
    "/v1/metrics/learning": import("./api/v1/metrics/learning.ts").Path;
    "/v1/users/{user_id}": import("./api/v1/users/user_id.ts").Path;
    "/v1/erasures/{erasure_id}": import("./api/v1/erasures/erasure_id.ts").Path;
    "/v1/users/{user_id}/export": import("./api/v1/users/user_id/export.ts").Path;
    "/v1/users/{user_id}/settings": import("./api/v1/users/user_id/settings.ts").Path;
    "/v1/dead-letters": import("./api/v1/dead-letters.ts").Path;
    "/v1/dead-letters/{dead_letter_id}/replay": import("./api/v1/dead-letters/dead_letter_id/replay.ts").Path;
    "/v1/dead-letters/replay": import("./api/v1/dead-letters/replay.ts").Path;
    "/v1/session": import("./api/v1/session.ts").Path;
    "/livez": import("./api/livez.ts").Path;
    "/readyz": import("./api/readyz.ts").Path;
    "/metrics": import("./api/metrics.ts").Path;
}
