/** What a caller may be told instead of an answer: the `code` of the body, its status, and what it means. */
export const errors = {
  invalid_request: {
    status: 400,
    means: 'A field is missing, unknown or has no valid value; `field` names it',
  },
  invalid_json: { status: 400, means: 'The body is no JSON, or names a field twice' },
  key_needed: { status: 401, means: 'No valid API key was sent' },
  role_needed: { status: 403, means: 'The key has another role than the one that is needed' },
  foreign_host: {
    status: 403,
    means: 'There are no API keys yet, and the request came from another host or page than this machine’s',
  },
  no_such_interaction: { status: 404, means: 'The user has no such interaction' },
  no_such_hypothesis: { status: 404, means: 'The interaction has no such hypothesis' },
  no_such_memory: { status: 404, means: 'The user has no such memory' },
  no_such_model: { status: 404, means: 'There is no such model' },
  no_such_erasure: { status: 404, means: 'There is no such erasure' },
  no_such_dead_letter: { status: 404, means: 'There is no such dead letter, or it was replayed already' },
  already_picked: { status: 409, means: 'Another hypothesis of this interaction was selected before' },
  user_erased: { status: 409, means: 'The user was erased meanwhile; nothing was stored' },
  model_exists: { status: 409, means: 'A model has this id already' },
  wrong_status: { status: 409, means: 'A model with this status cannot be changed so' },
  not_served_here: { status: 409, means: 'The configured model server does not serve this model' },
  experiment_running: { status: 409, means: 'An experiment is running already' },
  body_too_large: { status: 413, means: 'The body has more than 256 KiB' },
  unsupported_media_type: { status: 415, means: 'The body is not sent as application/json' },
  input_text_differs: { status: 422, means: 'The interaction was about another `input_text`' },
  too_many_requests: { status: 429, means: 'The requests of this minute are used up' },
  too_costly: { status: 429, means: 'Too many costly requests of the tenant wait already' },
  too_many_exports: { status: 429, means: 'Too many exports of the tenant run already' },
  overloaded: { status: 503, means: 'More is asked than can be answered; nothing was done' },
  unavailable: { status: 503, means: 'The database cannot be reached; nothing was stored' },
  internal_error: { status: 500, means: 'Something failed on our side; the log has the details' },
} as const;

export type ErrorCode = keyof typeof errors;

/** After these the same request may be sent again, `Retry-After` seconds later. */
export const retryStatuses: readonly number[] = [429, 503];

/** What every operation may answer that needs a key. */
export const keyErrors: readonly ErrorCode[] = [
  'key_needed',
  'role_needed',
  'foreign_host',
  'too_many_requests',
  'overloaded',
  'unavailable',
  'internal_error',
];

export const bodyErrors: readonly ErrorCode[] = [
  'invalid_request',
  'invalid_json',
  'body_too_large',
  'unsupported_media_type',
];
