import { ids, type Operation } from './operation.ts';

const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.55, formal: 0.5 };
const hypothesis = {
  id: 'h1',
  question: 'Do you want to build a REST API with FastAPI and Docker deployment?',
  rationale: 'the usual way to a working version',
  confidence: 0.61,
};
const memory = {
  memory_id: '01a2057f-6001-7c30-9b1e-0f6c7d2b8a11',
  ...{ type: 'preference', content: 'Prefers: FastAPI', polarity: 'like', confidence: 0.7 },
  ...{ tags: ['learned'], status: 'active', corrected: false, count: 2 },
  ...{ first_seen: '2026-12-01T09:00:00.000Z', last_seen: '2026-12-01T10:00:00.000Z' },
  sources: [{ interaction_id: ids.interaction, seen_at: '2026-12-01T10:00:00.000Z' }],
};
const receipt = {
  erasure_id: '01a2057f-7002-7d40-8c2f-1a7d8e3c9b22',
  ...{ status: 'erasing', requested_at: '2026-12-01T10:00:00.000Z' },
  ...{ done_at: null, error: null, erased: null },
};

/** By the names of roles.ts. */
export const loopOperations: Record<string, Operation> = {
  'POST /v1/hypothesize': {
    ...{ id: 'hypothesize', tag: 'Loop', summary: 'Ask what the user means' },
    description:
      'Answers three ranked hypotheses of what the text means, or ranks `candidates` of your own. Nothing is learned until one is selected.',
    body: { user_id: 'ada', input_text: 'build api' },
    answer: {
      interaction_id: ids.interaction,
      hypotheses: [hypothesis],
      none_confidence: 0.39,
      ...{ auto_advance: false, recommended_id: 'h1', model_id: 'rules' },
      context: {
        persona_facets: facets,
        interaction_count: 4,
        recent_goals: ['build a REST API'],
        preferences: ['FastAPI'],
        dislikes: ['Docker'],
      },
    },
    errors: ['user_erased', 'too_costly'],
  },
  'POST /v1/execute': {
    ...{ id: 'execute', tag: 'Loop', summary: 'Select a hypothesis' },
    description:
      'Accepts the selection durably, and answers the enriched prompt for your model. The service learns from it in the background, exactly once. A repetition with the same `interaction_id` changes nothing and gets the same answer.',
    body: { user_id: 'ada', input_text: 'build api', hypothesis_id: 'h1', interaction_id: ids.interaction },
    answer: {
      interaction_id: ids.interaction,
      event_id: ids.event,
      enriched_prompt: 'The user wants: build a REST API with FastAPI and Docker deployment. …',
      tokens_estimate: 96,
      context_breakdown: { goal: 14, pref: 9, history: 40 },
    },
    errors: [
      ...(['no_such_interaction', 'no_such_hypothesis', 'already_picked'] as const),
      ...(['user_erased', 'input_text_differs', 'too_costly'] as const),
    ],
  },
  'POST /v1/feedback': {
    ...{ id: 'giveFeedback', tag: 'Loop', summary: 'Say how the answer was' },
    description:
      'Accepts a thumb, a rating or a comment about an interaction; it is learned in the background.',
    body: { user_id: 'ada', interaction_id: ids.interaction, type: 'rating', value: 5 },
    answer: { event_id: ids.event },
    errors: ['no_such_interaction', 'user_erased'],
  },
  'GET /v1/interactions/:interaction_id': {
    ...{ id: 'getInteraction', tag: 'Loop', summary: 'What was shown, selected and learned' },
    description:
      'Answers an interaction with its hypotheses, its selection, and what each consumer learned from it.',
    errors: ['no_such_interaction'],
  },
  'GET /v1/users/:user_id/persona': {
    ...{ id: 'getPersona', tag: 'Users', summary: 'How the user likes to be answered' },
    description:
      'Answers the facets of the persona, each from 0 to 1; 0.5 is neutral, also for unknown users.',
    answer: { facets, interaction_count: 4, updated_at: '2026-12-01T10:00:00.000Z' },
  },
  'GET /v1/users/:user_id/memories': {
    ...{ id: 'listMemories', tag: 'Users', summary: 'What is remembered of the user' },
    description:
      'Lists goals, preferences and history, newest first and in pages; with `query`, the most relevant ones, best first.',
    answer: { memories: [memory], next_cursor: null },
    errors: ['too_costly'],
  },
  'PATCH /v1/users/:user_id/memories/:memory_id': {
    ...{ id: 'correctMemory', tag: 'Users', summary: 'Correct a memory' },
    description: 'Changes what a memory says, or retires it. Learning never overrules a correction.',
    body: { content: 'Prefers: Django' },
    answer: { ...memory, content: 'Prefers: Django', corrected: true },
    errors: ['no_such_memory'],
  },
  'DELETE /v1/users/:user_id/memories/:memory_id': {
    ...{ id: 'forgetMemory', tag: 'Users', summary: 'Forget a memory' },
    description: 'Forgets a memory for good: it is not learned again from what was logged before.',
    errors: ['no_such_memory'],
  },
  'PUT /v1/users/:user_id/settings': {
    ...{ id: 'setUserSettings', tag: 'Users', summary: 'Leave a user out of training' },
    description: 'Says whether anything of this user may go into the training log from now on.',
    body: { training_opt_out: true },
    answer: { training_opt_out: true },
  },
  'GET /v1/users/:user_id/export': {
    ...{ id: 'exportUser', tag: 'Users', summary: 'All data of a user' },
    description:
      'Streams everything that is held of the user, by table; on request with the lines of the training log.',
    answer: { user_id: 'ada', exported_at: '2026-12-01T10:00:00.000Z', held: { memories: [] } },
    errors: ['too_many_exports'],
  },
  'DELETE /v1/users/:user_id': {
    ...{ id: 'eraseUser', tag: 'Users', summary: 'Erase a user' },
    description:
      'Begins to erase everything of the user: database, training log, datasets. The receipt says when it is done.',
    answer: receipt,
  },
  'GET /v1/erasures/:erasure_id': {
    ...{ id: 'getErasure', tag: 'Users', summary: 'How far an erasure is' },
    description: 'Answers the receipt of an erasure.',
    answer: receipt,
    errors: ['no_such_erasure'],
  },
};
