import type { Operation } from './operation.ts';

const replayed = { replayed: 1 };

/** By the names of roles.ts. */
export const operatorOperations: Record<string, Operation> = {
  'GET /v1/training/stats': {
    ...{ id: 'getTrainingStats', tag: 'Training', summary: 'Count the lines of the training log' },
    description: 'Answers how many lines the training log has of this tenant, by kind.',
    answer: {
      ...{ hypotheses_count: 120, persona_updates_count: 80, ranking_samples_count: 118 },
      ...{ feedback_count: 12, data_dir: '/data/training' },
    },
  },
  'POST /v1/training/datasets': {
    ...{ id: 'buildDataset', tag: 'Training', summary: 'Build a dataset now' },
    description: 'Asks the trainer for a dataset of all that was logged; it also builds one on its schedule.',
    answer: { build_id: '01a2057f-a005-7a70-9f5c-4da0b16f2e55', status: 'queued' },
  },
  'GET /v1/training/datasets': {
    ...{ id: 'listDatasets', tag: 'Training', summary: 'List the datasets' },
    description: 'Lists the newest 100 builds, with what each made and left out.',
    answer: { builds: [] },
  },
  'GET /v1/models': {
    ...{ id: 'listModels', tag: 'Training', summary: 'List the models' },
    description:
      'Lists rankers and language models with their status and metrics, and what happened to them.',
    answer: { models: [], changes: [] },
  },
  'POST /v1/models': {
    ...{ id: 'registerModel', tag: 'Training', summary: 'Register a model' },
    description:
      'Registers a ranker by its weights, or a language model by its name on the model server, as a candidate.',
    body: { model_id: 'mine', kind: 'ranker', weights: { prior: 1, chosen_terms: 2 }, temperature: 1 },
    answer: { model_id: 'mine', status: 'candidate' },
    errors: ['model_exists', 'not_served_here', 'no_such_model'],
  },
  'POST /v1/models/:model_id/promote': {
    ...{ id: 'promoteModel', tag: 'Training', summary: 'Promote a model' },
    description: 'Makes a model the one that serves; the one before is retired.',
    body: { reason: 'better by six points' },
    answer: { model_id: 'mine', status: 'active' },
    errors: ['no_such_model', 'wrong_status', 'not_served_here'],
  },
  'POST /v1/models/:model_id/rollback': {
    ...{ id: 'rollBackModel', tag: 'Training', summary: 'Roll a model back' },
    description: 'Takes a model out of service; the one before serves again.',
    body: { reason: 'users leave its first hypothesis' },
    answer: { model_id: 'mine', status: 'retired' },
    errors: ['no_such_model', 'wrong_status', 'not_served_here'],
  },
  'GET /v1/experiments': {
    ...{ id: 'listExperiments', tag: 'Training', summary: 'List the experiments' },
    description: 'Lists the newest 100 experiments with their variants and outcomes.',
    answer: { experiments: [] },
  },
  'POST /v1/experiments': {
    ...{ id: 'startExperiment', tag: 'Training', summary: 'Start an experiment' },
    description: 'Divides the users between models; the trainer promotes or rolls back by what they select.',
    body: {
      variants: [
        { model_id: 'shipped', weight: 0.5 },
        { model_id: 'mine', weight: 0.5 },
      ],
    },
    answer: { experiment_id: '01a2057f-b006-7b80-8a6d-5eb1c2703f66', status: 'running' },
    errors: ['no_such_model', 'wrong_status', 'not_served_here', 'experiment_running'],
  },
  'GET /v1/metrics/learning': {
    ...{ id: 'getLearningMetrics', tag: 'Training', summary: 'How well the loop does' },
    description:
      'Answers rates of selection, first place, auto-advance and satisfaction, by model or by day.',
    answer: { by: 'day', since: '2026-11-24T00:00:00.000Z', rows: [] },
  },
  'GET /v1/dead-letters': {
    ...{ id: 'listDeadLetters', tag: 'Operations', summary: 'Events that were given up' },
    description: 'Lists the newest 200 events that a consumer gave up on, with its last error.',
    answer: { dead_letters: [] },
  },
  'POST /v1/dead-letters/:dead_letter_id/replay': {
    ...{ id: 'replayDeadLetter', tag: 'Operations', summary: 'Replay a dead letter' },
    description: 'Gives the event to its consumer again, once.',
    answer: replayed,
    errors: ['no_such_dead_letter'],
  },
  'POST /v1/dead-letters/replay': {
    ...{ id: 'replayDeadLetters', tag: 'Operations', summary: 'Replay all dead letters' },
    description: 'Gives up to 1,000 events to their consumers again, each once.',
    answer: replayed,
  },
  'GET /v1/session': {
    ...{ id: 'getSession', tag: 'Operations', summary: 'Whose key this is' },
    description: 'Answers the tenant and the role of the key.',
    answer: { tenant_id: 'default', role: 'admin' },
  },
  'GET /livez': {
    ...{ id: 'getLiveness', tag: 'Operations', summary: 'Whether the process lives' },
    description: 'Answers as long as the process can; no server is asked.',
    answer: { status: 'live' },
  },
  'GET /readyz': {
    ...{ id: 'getReadiness', tag: 'Operations', summary: 'Whether requests can be served' },
    description: 'Says what is away: PostgreSQL, the queue, or room in the queue. 503 without PostgreSQL.',
    answer: { status: 'ready', missing: [] },
  },
  'GET /metrics': {
    ...{ id: 'getMetrics', tag: 'Operations', summary: 'Metrics for Prometheus' },
    description: 'Answers counters and histograms in the text format of Prometheus.',
  },
};
