import { expect, test } from 'vitest';
import { parseEvent } from './event.ts';
import { facetNames, noneConfidence } from './fields.ts';
import type { EventName } from './routes.ts';

const envelope = {
  schema_version: 1,
  event_id: 'e-1',
  tenant_id: 'default',
  user_id: 'ada',
  interaction_id: 'i-1',
  occurred_at: '2026-01-01T00:00:00.000Z',
};
const facets = { concise: 0, step_by_step: 0.5, code_first: 0.5, formal: 1 };
const update = {
  ...envelope,
  old_facets: facets,
  new_facets: facets,
  facet_deltas: { concise: -0.1, formal: 0.1 },
  signals: { selected_hypothesis_id: null, success: true },
  decided_by: 'rules',
  reason: 'a test',
};
const hypothesis = {
  id: 'h1',
  question: 'How?',
  rationale: '',
  confidence: 0,
  raw_confidence: 1,
  position: 1,
  score: -3.2,
  propensity: 1,
  features: { 'own.counts': 2 },
};
const selected = {
  ...envelope,
  input_text: 'build an api',
  media_type: 'text',
  context: {
    persona_facets: facets,
    interaction_count: 0,
    recent_goals: ['a goal'],
    preferences: ['Prefers: tea'],
  },
  hypotheses: [hypothesis],
  used_memories: [{ memory_id: 'm-1', type: 'goal', relevance: 0.5, embedding: 'e', reranked_by: 'r' }],
  selected_id: 'h1',
  auto_advanced: false,
  model_id: 'rules',
};
const feedback = { ...envelope, type: 'rating', value: 5 };
const events: Record<EventName, object> = {
  'hypothesis.selected': selected,
  'persona.updated': update,
  'feedback.given': feedback,
};

/** A copy with another value at the path, or without it. */
function change(event: object, path: string, value?: unknown): object {
  const copy = structuredClone(event) as Record<string, unknown>;
  const names = path.split('/');
  const last = names.pop() ?? '';
  // biome-ignore lint/suspicious/noExplicitAny: the path leads through any value
  const holder = names.reduce((inner: any, name) => inner[name], copy);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

test.each(Object.entries(events))('a complete %s is read as it is', (name, event) => {
  expect(parseEvent(name as EventName, event)).toEqual(event);
});

test('an event of the next version is read, with fields that are not known yet', () => {
  const next = { ...update, schema_version: 2, mood: 'bright', signals: { ...update.signals, dwell_ms: 3 } };
  expect(parseEvent('persona.updated', next)).toEqual(next);
});

test.each([
  [
    'of a version that nobody here knows',
    { ...update, schema_version: 3 },
    'persona.updated/schema_version: ',
  ],
  ['of no version', { ...update, schema_version: 0 }, 'persona.updated/schema_version: '],
  ['whose version is no number', { ...update, schema_version: '1' }, 'persona.updated/schema_version: '],
  ['whose version is half of one', { ...update, schema_version: 1.5 }, 'persona.updated/schema_version: '],
  [
    'of the next version that lacks what this one needs',
    { ...envelope, schema_version: 2 },
    'persona.updated: ',
  ],
])('an event %s is refused by the name of its field', (_what, value, named) => {
  expect(() => parseEvent('persona.updated', value)).toThrow(named);
});

const inEnvelope = ['schema_version', 'event_id', 'tenant_id', 'user_id', 'interaction_id', 'occurred_at'];
const inFacets = ['concise', 'step_by_step', 'code_first', 'formal'];
const required: [EventName, string[]][] = [
  [
    'hypothesis.selected',
    [
      ...inEnvelope,
      ...'input_text media_type context hypotheses used_memories selected_id auto_advanced model_id'.split(
        ' ',
      ),
      ...'persona_facets interaction_count recent_goals preferences'
        .split(' ')
        .map((name) => `context/${name}`),
      ...inFacets.map((name) => `context/persona_facets/${name}`),
      ...'id question rationale confidence raw_confidence position score propensity features'
        .split(' ')
        .map((name) => `hypotheses/0/${name}`),
      ...'memory_id type relevance'.split(' ').map((name) => `used_memories/0/${name}`),
    ],
  ],
  [
    'persona.updated',
    [
      ...inEnvelope,
      ...'old_facets new_facets facet_deltas signals decided_by reason'.split(' '),
      ...inFacets.flatMap((name) => [`old_facets/${name}`, `new_facets/${name}`]),
      'signals/selected_hypothesis_id',
      'signals/success',
    ],
  ],
  ['feedback.given', [...inEnvelope, 'type', 'value']],
];

test.each(required.flatMap(([name, paths]) => paths.map((path) => [name, path] as const)))(
  '%s without %s is refused',
  (name, path) => {
    expect(() => parseEvent(name, change(events[name], path))).toThrow(name);
  },
);

const wrong: [EventName, string, unknown[]][] = [
  ['hypothesis.selected', 'occurred_at', ['yesterday', 5]],
  ['hypothesis.selected', 'selected_id', [5, undefined]],
  ['hypothesis.selected', 'hypotheses/0/confidence', [-0.01, 1.01, '1']],
  ['hypothesis.selected', 'hypotheses/0/raw_confidence', [-0.01, 1.01]],
  ['hypothesis.selected', 'hypotheses/0/position', [0, 1.5]],
  ['hypothesis.selected', 'hypotheses/0/propensity', [0, 1.01]],
  ['hypothesis.selected', 'hypotheses/0/features', [{ a: 'high' }, []]],
  ['hypothesis.selected', 'context/interaction_count', [-1, 0.5]],
  ['hypothesis.selected', 'context/recent_goals', [[5]]],
  ['hypothesis.selected', 'context/preferences', [[5]]],
  ['hypothesis.selected', 'used_memories/0/relevance', [-0.01, 1.01]],
  ['hypothesis.selected', 'used_memories/0/embedding', [5]],
  ['hypothesis.selected', 'used_memories/0/reranked_by', [5]],
  ['persona.updated', 'facet_deltas/concise', [-0.11, 0.11]],
  ['persona.updated', 'facet_deltas/humour', [0.1]],
  ['persona.updated', 'new_facets/formal', [-0.01, 1.01]],
  ['persona.updated', 'new_facets/humour', [0.5]],
  ['persona.updated', 'signals/selected_hypothesis_id', [5]],
  ['persona.updated', 'signals/success', ['yes']],
  ['feedback.given', 'type', ['shrug', null]],
  ['feedback.given', 'value', [true, []]],
];

test.each(wrong.flatMap(([name, path, values]) => values.map((value) => [name, path, value] as const)))(
  '%s whose %s is %j is refused',
  (name, path, value) => {
    expect(() => parseEvent(name, change(events[name], path, value))).toThrow(name);
  },
);

test.each(['thumbs_up', 'thumbs_down', 'rating', 'comment'])('feedback of the type %s is read', (type) => {
  for (const value of ['words', 4, null])
    expect(parseEvent('feedback.given', { ...feedback, type, value })).toMatchObject({ type, value });
});

test('what may be left out may be left out', () => {
  const bare = change(change(selected, 'used_memories/0/embedding'), 'used_memories/0/reranked_by');
  expect(parseEvent('hypothesis.selected', { ...bare, selected_id: null })).toMatchObject({
    selected_id: null,
  });
  expect(parseEvent('persona.updated', { ...update, facet_deltas: {} })).toMatchObject({ facet_deltas: {} });
});

test('these are the facets', () => {
  expect(facetNames).toEqual(['concise', 'step_by_step', 'code_first', 'formal']);
});

test('what the hypotheses leave of certainty is the chance of none of these, to four places', () => {
  expect(noneConfidence([{ confidence: 0.5 }, { confidence: 0.25 }])).toBe(0.25);
  expect(noneConfidence([{ confidence: 1 / 3 }])).toBe(0.6667);
  expect(noneConfidence([{ confidence: 0.7 }, { confidence: 0.4 }])).toBe(0);
  expect(noneConfidence([])).toBe(1);
});
