import { expect, test } from 'vitest';
import { parseEvent } from './event.ts';

const event = {
  schema_version: 1,
  event_id: 'e-1',
  tenant_id: 'default',
  user_id: 'ada',
  interaction_id: 'i-1',
  occurred_at: '2026-01-01T00:00:00.000Z',
  type: 'thumbs_up',
  value: null,
};
const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };
const update = {
  ...event,
  old_facets: facets,
  new_facets: facets,
  facet_deltas: {},
  signals: { selected_hypothesis_id: null, success: true },
  decided_by: 'rules',
  reason: 'a test',
};

test('an event of the next version is read, with fields that are not known yet', () => {
  const next = { ...update, schema_version: 2, mood: 'bright', signals: { ...update.signals, dwell_ms: 3 } };
  expect(parseEvent('persona.updated', next)).toEqual(next);
});

test.each([
  ['of a version that nobody here knows', { ...update, schema_version: 3 }, '/schema_version'],
  ['of no version', { ...update, schema_version: 0 }, '/schema_version'],
  ['whose version is no number', { ...update, schema_version: '1' }, '/schema_version'],
  ['of the next version that lacks what this one needs', { ...event, schema_version: 2 }, 'persona.updated'],
])('an event %s is refused', (_what, value, named) => {
  expect(() => parseEvent('persona.updated', value)).toThrow(named);
});
