import { connectDb } from '@learning-loop/db/connect';
import { insertEvents } from '@learning-loop/db/loop/outbox';
import { findPersona } from '@learning-loop/db/users/personas';
import { connectLlm } from '@learning-loop/llm/model';
import { modelServer, sendContent, sendJson } from '@learning-loop/llm/testing/model-server';
import { processEvents } from '@learning-loop/queue/consumer/process-events';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import fc from 'fast-check';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { createHandlers, groupByWindow, loadPersonaContext } from './handlers.ts';

const log = pino({ level: 'silent' });
const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
const deltas = { concise: 0.1, step_by_step: 0, code_first: 0, formal: 0, reason: 'short ones' };

/** Delivers selections made at these times, in ms, as one batch, to a worker whose model answers like this. */
async function deliver(times: number[], answer: Parameters<typeof modelServer>[0]) {
  await using server = await modelServer(answer);
  const DATABASE_URL = await databaseForTest();
  const model = { SLM_IMPL: 'vllm', VLLM_BASE_URL: server.url, VLLM_MODEL_NAME: 'small' };
  const limits = { LLM_MAX_CONCURRENCY: '2', LLM_TIMEOUT_MS: '20000' };
  const config = readConfig({ DATABASE_URL, ...model, ...limits });
  await using llm = connectLlm(config.llm, log, new Registry());
  await using db = connectDb(DATABASE_URL);
  const events = times.map((ms) => selection({ occurred_at: at(ms), selected_id: 'h1' }));
  await db.transaction().execute((tx) =>
    insertEvents(
      tx,
      events.map((event) => ({ name: 'hypothesis.selected' as const, event })),
    ),
  );
  const worker = createHandlers({ llm, loadContext: loadPersonaContext, windowMs: config.windowMs });
  const ids = events.map(({ event_id }) => event_id);
  await processEvents({ db, log, consumer: 'persona', handlers: worker }, ids);
  const updates = await db.selectFrom('persona_updates').selectAll().orderBy('occurred_at').execute();
  return { updates, persona: await findPersona(db, 'default', 'ada'), calls: server.requests.length };
}

test('selections within the window are one call to the model, applied once, with a row for each selection', async () => {
  const { updates, persona, calls } = await deliver([0, 500, 1_900, 5_000], (response) =>
    sendContent(response, JSON.stringify(deltas)),
  );
  expect(calls).toBe(2);
  expect(persona).toMatchObject({ interaction_count: 4, facets: { concise: 0.7 } });
  expect(updates.map(({ facet_deltas }) => facet_deltas)).toEqual([
    {},
    {},
    { concise: 0.1 },
    { concise: 0.1 },
  ]);
});

test('a burst queues for the model', async () => {
  const times = Array.from({ length: 60 }, (_, n) => n * 10_000);
  const { updates, calls } = await deliver(times, (response) =>
    sendContent(response, JSON.stringify(deltas)),
  );
  expect(calls).toBe(60);
  expect(new Set(updates.map(({ decided_by }) => decided_by))).toEqual(new Set(['vllm/small']));
});

test('when the model fails, the rules decide on each selection', async () => {
  const { updates, persona } = await deliver([0, 500, 1_900], (response) => sendJson(response, 400, {}));
  expect(updates.map(({ decided_by }) => decided_by)).toEqual(['rules', 'rules', 'rules']);
  expect(persona).toMatchObject({ interaction_count: 3, facets: { concise: 0.56 } });
});

test('windows hold every event once, of one user, in order, and are not too long', () => {
  const event = fc.record({
    tenant_id: fc.constantFrom('a', 'b'),
    user_id: fc.constantFrom('x', 'y'),
    occurred_at: fc.nat(20).map(at),
  });
  fc.assert(
    fc.property(fc.array(event), fc.nat(8), (events, windowMs) => {
      const windows = groupByWindow(events, windowMs);
      expect(new Set(windows.flat())).toEqual(new Set(events));
      expect(windows.flat()).toHaveLength(events.length);
      for (const window of windows) {
        const times = window.map(({ occurred_at }) => Date.parse(occurred_at));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(windowMs);
        expect(new Set(window.map(({ tenant_id, user_id }) => `${tenant_id} ${user_id}`)).size).toBe(1);
      }
    }),
  );
});
