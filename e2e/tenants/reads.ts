import type { Ids } from './fill.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read JSON of any shape, like any client
type Json = any;

/** What a twin is told by a route that reads. */
export interface Read {
  /** Each is read once; none holds a word of either twin. */
  addresses(ids: Ids): string[];
  /** What is of the tenant and of no moment; without it all of the body. */
  keep?(body: Json): Json;
  /** Numbers and names at the first address, which differ between the twins wherever they can. */
  tell(body: Json): unknown[];
  /** What `tell` returns, by hand: `ada` of acme selects 2 times, and of acme2 3 times; `bob` of acme opts out. */
  acme: unknown[];
  acme2: unknown[];
  /** Whether each body holds the twin's word. */
  hasWords: boolean;
}

/** Says nothing of a tenant, or means to be of all of them. */
export type Shared = 'of all tenants';

const names = (rows: { model_id: string; status: string }[]) =>
  rows.map(({ model_id, status }) => `${model_id} ${status}`);
const total = (rows: Json[], name: string): number => rows.reduce((sum, row) => sum + row[name], 0);
const withoutMoment = ({ since: _, ...kept }: Json) => kept;
/** Rows are exported in the order in which they lie, which an update or a vacuum may change. */
const sortRows = (tables: Record<string, Json[]>) =>
  Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [name, rows.map((row) => JSON.stringify(row)).toSorted()]),
  );
const logNames = ['hypotheses_data', 'persona_updates', 'ranking_data', 'user_feedback'];

/** Every GET of the gateway's OpenAPI document. */
export const gatewayReads: Record<string, Read | Shared> = {
  'GET /livez': 'of all tenants',
  'GET /readyz': 'of all tenants',
  'GET /metrics': 'of all tenants',
  'GET /v1/session': {
    addresses: () => ['/v1/session'],
    tell: ({ tenant_id, role }) => [tenant_id, role],
    ...{ acme: ['acme', 'admin'], acme2: ['acme2', 'admin'], hasWords: false },
  },
  'GET /v1/interactions/:interaction_id': {
    addresses: ({ interaction_id }) => [`/v1/interactions/${interaction_id}`],
    tell: ({ input_text, learned, learning }) => [input_text, learned, learning.memory.memories.length],
    // A goal, a preference, and the history unless it was the second newest, which is deleted.
    acme: ['build zinnober 1', true, 2],
    acme2: ['build malachit 1', true, 3],
    hasWords: true,
  },
  'GET /v1/users/:user_id/persona': {
    addresses: () => ['/v1/users/ada/persona'],
    tell: ({ interaction_count }) => [interaction_count],
    ...{ acme: [2], acme2: [3], hasWords: false },
  },
  'GET /v1/users/:user_id/memories': {
    addresses: () =>
      ['', '?query=build', '?include=superseded', '?type=goal&limit=1'].map(
        (query) => `/v1/users/ada/memories${query}`,
      ),
    tell: ({ memories }) =>
      ['goal', 'history', 'preference'].map(
        (type) => memories.filter((memory: Json) => memory.type === type).length,
      ),
    ...{ acme: [2, 1, 1], acme2: [3, 2, 1], hasWords: true },
  },
  'GET /v1/users/:user_id/export': {
    addresses: () => ['/v1/users/ada/export?include=training_log', '/v1/users/ada/export'],
    keep: ({ held, training_log = {} }) => sortRows({ ...held, ...training_log }),
    tell: (rows) =>
      ['interactions', 'selections', 'feedback', 'dead_letters', ...logNames].map(
        (name) => rows[name].length,
      ),
    ...{ acme: [4, 2, 2, 1, 2, 4, 2, 2], acme2: [5, 3, 2, 1, 3, 5, 3, 2], hasWords: true },
  },
  'GET /v1/erasures/:erasure_id': {
    addresses: ({ erasure_id }) => [`/v1/erasures/${erasure_id}`],
    tell: ({ status, erased }) => [status, erased.rows.selections, erased.training_log_records],
    ...{ acme: ['erased', 1, 2], acme2: ['erased', 1, 2], hasWords: false },
  },
  'GET /v1/training/stats': {
    addresses: () => ['/v1/training/stats'],
    tell: (stats) => [
      stats.hypotheses_count,
      stats.persona_updates_count,
      stats.ranking_samples_count,
      stats.feedback_count,
    ],
    ...{ acme: [2, 4, 2, 2], acme2: [4, 6, 4, 2], hasWords: false },
  },
  'GET /v1/training/datasets': {
    addresses: () => ['/v1/training/datasets'],
    tell: ({ builds }) => [
      builds.length,
      builds[0].counts.records,
      builds[0].counts['ranking_picks.parquet'],
    ],
    ...{ acme: [1, 2, 2], acme2: [1, 4, 4], hasWords: false },
  },
  'GET /v1/models': {
    addresses: () => ['/v1/models'],
    tell: ({ models, changes }) => [...names(models), changes.length],
    acme: ['other canary', 'mine active', 'shipped retired', 2],
    acme2: ['other canary', 'mine active', 'shipped retired', 2],
    hasWords: true,
  },
  'GET /v1/experiments': {
    addresses: () => ['/v1/experiments'],
    tell: ({ experiments }) => [
      experiments.length,
      total(Object.values(experiments[0].looks.variants), 'interactions'),
    ],
    ...{ acme: [1, 4], acme2: [1, 5], hasWords: false },
  },
  'GET /v1/metrics/learning': {
    addresses: () => ['/v1/metrics/learning?by=day', '/v1/metrics/learning?window=1h'],
    keep: withoutMoment,
    tell: ({ rows }) => ['interactions', 'answers', 'feedback'].map((name) => total(rows, name)),
    ...{ acme: [5, 3, 1], acme2: [6, 4, 1], hasWords: false },
  },
  'GET /v1/dead-letters': {
    addresses: () => ['/v1/dead-letters'],
    tell: ({ dead_letters }) => [dead_letters.length],
    ...{ acme: [1], acme2: [1], hasWords: true },
  },
};

const activity: Read = {
  addresses: () => ['15m', '6h', '7d'].map((window) => `/api/overview?window=${window}`),
  // How far the consumers are, and how long they take, is of all tenants.
  keep: (body) => body.activity,
  tell: (rows) => ['shown', 'decided', 'picked'].map((name) => total(rows, name)),
  ...{ acme: [5, 3, 3], acme2: [6, 4, 4], hasWords: false },
};
const backlog: Read = {
  addresses: () => ['/api/queues'],
  keep: ({ queues }) => queues.map(({ consumer, dead }: Json) => `${consumer} ${dead}`),
  tell: (rows) => rows,
  acme: ['training-log 0', 'memory 0', 'persona 1'],
  acme2: ['training-log 0', 'memory 0', 'persona 1'],
  hasWords: false,
};

/** Every GET under /api of the console. */
export const consoleReads: Record<string, Read> = {
  '/api/overview': activity,
  '/api/live/overview': { ...activity, addresses: () => ['/api/live/overview'] },
  '/api/queues': backlog,
  '/api/live/queues': { ...backlog, addresses: () => ['/api/live/queues'] },
  '/api/dead-letters/:id/payload': {
    addresses: ({ dead_letter_id }) => [`/api/dead-letters/${dead_letter_id}/payload`],
    tell: ({ payload }) => [payload.value],
    ...{ acme: ['zinnober'], acme2: ['malachit'], hasWords: true },
  },
  '/api/users': {
    addresses: () => ['/api/users', '/api/users?prefix=a'],
    tell: ({ users }) => users.map((user: Json) => `${user.user_id} ${user.interaction_count}`),
    ...{ acme: ['bob 1', 'ada 2'], acme2: ['bob 1', 'ada 3'], hasWords: false },
  },
  '/api/users/:user_id': {
    addresses: () => ['/api/users/ada'],
    tell: ({ steps, episodes }) => [steps.length, episodes.length, episodes.at(-2).memories.length],
    ...{ acme: [4, 4, 2], acme2: [5, 5, 2], hasWords: true },
  },
  '/api/interactions/:interaction_id/weights': {
    addresses: ({ interaction_id }) => [`/api/interactions/${interaction_id}/weights`],
    tell: ({ weights }) => [weights.zinnober, weights.malachit],
    ...{ acme: [0, undefined], acme2: [undefined, 0], hasWords: true },
  },
  '/api/experiments/:experiment_id/evidence': {
    addresses: ({ experiment_id }) => [`/api/experiments/${experiment_id}/evidence`],
    tell: ({ looks }) => [total(Object.values(looks.at(-1).variants), 'interactions')],
    ...{ acme: [4], acme2: [5], hasWords: false },
  },
};
