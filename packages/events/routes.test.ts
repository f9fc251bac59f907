import { expect, test } from 'vitest';
import { consumers, routes } from './routes.ts';
import { logNames } from './training-records.ts';

test('each event goes to these consumers', () => {
  expect(routes).toEqual({
    'hypothesis.selected': ['training-log', 'memory', 'persona'],
    'persona.updated': ['training-log'],
    'feedback.given': ['training-log', 'persona'],
  });
  expect(consumers).toEqual(['training-log', 'memory', 'persona']);
});

test('these are the logs', () => {
  expect(logNames).toEqual(['hypotheses_data', 'persona_updates', 'ranking_data', 'user_feedback']);
});
