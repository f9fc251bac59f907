import { connectDb } from '@learning-loop/db/connect';
import { insertEvents, loadPending } from '@learning-loop/db/loop/outbox';
import { findPersona } from '@learning-loop/db/users/personas';
import { connectLlm } from '@learning-loop/llm/model';
import { modelServer, sendContent, sendJson } from '@learning-loop/llm/testing/model-server';
import { processEvents } from '@learning-loop/queue/consumer/process-events';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import fc from 'fast-check';
import { sql } from 'kysely';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { createModelHandlers, createRuleHandlers, groupByWindow, loadPersonaContext } from './handlers.ts';

const log = pino({ level: 'silent' });
const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
const deltas = { concise: 0.1, step_by_step: 0, code_first: 0, formal: 0, reason: 'short ones' };

/** Delivers selections made at these times, in ms, as one batch, to a worker whose model answers like this. */
async function deliver(times: number[], answer: Parameters<typeof modelServer>[0]) {
  await using server = await modelServer(answer);
  const DATABASE_URL = await databaseForTest();
  const model = { SLM_IMPL: 'vllm', VLLM_BASE_URL: server.url, VLLM_MODEL_NAME: 'small' };
  const limits = { LLM_MAX_CONCURRENCY: '2', LLM_BACKGROUND_TIMEOUT_MS: '20000' };
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
  const worker = createModelHandlers(db, { llm, windowMs: config.windowMs });
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
  const together = 'decided together with the pick that soon followed';
  expect(updates.map(({ decided_by, reason }) => [decided_by, reason])).toEqual([
    ['vllm/small', together],
    ['vllm/small', together],
    ['vllm/small', 'short ones'],
    ['vllm/small', 'short ones'],
  ]);
});

test('while the model thinks no transaction is open, and what was erased meanwhile is not decided', async () => {
  const DATABASE_URL = await databaseForTest();
  await using db = connectDb(DATABASE_URL);
  const event = selection({ selected_id: 'h1' });
  const kept = selection({ selected_id: 'h1', user_id: 'grace' });
  let openTransactions = -1;
  await using server = await modelServer(async (response) => {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`.execute(db);
    openTransactions = rows[0]?.count ?? -1;
    await sql`delete from outbox where event_id = ${event.event_id}`.execute(db);
    sendContent(response, JSON.stringify(deltas));
  });
  const model = { SLM_IMPL: 'vllm', VLLM_BASE_URL: server.url, VLLM_MODEL_NAME: 'small' };
  const { llm: config } = readConfig({ DATABASE_URL, ...model });
  await using llm = connectLlm(config, log, new Registry());
  for (const one of [event, kept])
    await db.transaction().execute((tx) => insertEvents(tx, [{ name: 'hypothesis.selected', event: one }]));
  const handlers = createModelHandlers(db, { llm, windowMs: 0 });
  const result = await processEvents({ db, log, consumer: 'persona', handlers }, [
    event.event_id,
    kept.event_id,
  ]);
  expect(openTransactions).toBe(0);
  expect(result.processed.map(({ event_id }) => event_id)).toEqual([kept.event_id]);
  expect(await findPersona(db, 'default', 'ada')).toBeUndefined();
  expect(await findPersona(db, 'default', 'grace')).toMatchObject({ interaction_count: 1 });
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

test.each([
  ['thumbs_up', null, true],
  ['thumbs_down', null, false],
  ['rating', 5, true],
  ['rating', 4, true],
  ['rating', 3, false],
  ['comment', '4', false],
] as const)('feedback of %s %s says that the answer was a success: %s', async (type, value, success) => {
  const DATABASE_URL = await databaseForTest();
  await using db = connectDb(DATABASE_URL);
  await using llm = connectLlm({ impl: 'rules' }, log, new Registry());
  const { event_id, interaction_id, tenant_id, user_id, occurred_at } = selection();
  const event = {
    ...{ event_id, interaction_id, tenant_id, user_id, occurred_at },
    schema_version: 1,
    type,
    value,
  };
  await db.transaction().execute((tx) => insertEvents(tx, [{ name: 'feedback.given', event }]));
  const handlers = createRuleHandlers({ llm, windowMs: 0 });
  const { emitted } = await processEvents({ db, log, consumer: 'persona', handlers }, [event_id]);
  const updated = await loadPending(
    db,
    'training-log',
    emitted.map((one) => one.event_id),
  );
  expect(updated.map(({ payload }) => payload)).toMatchObject([
    { user_id: 'ada', signals: { selected_hypothesis_id: null, success } },
  ]);
});

test('what is known of a user is the newest of five, and nothing of the twin in another tenant', async () => {
  await using db = connectDb(await databaseForTest());
  for (const [n, tenant_id] of ['acme', 'acme2'].entries()) {
    const user = { tenant_id, user_id: 'ada' };
    await db
      .insertInto('personas')
      .values({
        ...{ ...user, interaction_count: 0, updated_at: new Date() },
        facets: JSON.stringify({ concise: n, step_by_step: 0.5, code_first: 0.5, formal: 0.5 }),
      })
      .execute();
    for (let day = 1; day <= 6; day += 1) {
      const at = new Date(Date.UTC(2026, 0, day));
      const { event_id, interaction_id } = selection();
      await db
        .insertInto('feedback')
        .values({
          ...user,
          event_id,
          interaction_id,
          type: 'comment',
          value: JSON.stringify(`${tenant_id} ${day}`),
          given_at: at,
        })
        .execute();
      await db
        .insertInto('memories')
        .values({
          ...{
            ...user,
            memory_id: event_id,
            type: 'history',
            content_key: event_id,
            content: `${tenant_id} ${day}`,
          },
          ...{ confidence: 1, tags: [], slot: null, first_seen: at, last_seen: at },
        })
        .execute();
    }
  }
  const users = ['acme', 'acme2', 'acme3'].map((tenant_id) => ({ tenant_id, user_id: 'ada' }));
  const getContext = await db.transaction().execute((tx) => loadPersonaContext(tx, users));
  const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };
  const days = [6, 5, 4, 3, 2];
  expect(users.map(getContext)).toEqual([
    {
      facets: { ...facets, concise: 0 },
      history: days.map((day) => `acme ${day}`),
      feedback: days.map((day) => expect.objectContaining({ type: 'comment', value: `acme ${day}` })),
    },
    {
      facets: { ...facets, concise: 1 },
      history: days.map((day) => `acme2 ${day}`),
      feedback: days.map((day) => expect.objectContaining({ type: 'comment', value: `acme2 ${day}` })),
    },
    { facets, history: [], feedback: [] },
  ]);
});

test('a window begins with its first event, holds what is at its end, and is of one user', () => {
  const event = (tenant_id: string, ms: number) => ({ tenant_id, user_id: 'ada', occurred_at: at(ms) });
  const events = [2_001, 0, 2_000, 4_001, 4_002].map((ms) => event('acme', ms));
  const windows = groupByWindow([...events, event('acme2', 1)], 2_000);
  const times = windows.map((window) =>
    window.map(({ tenant_id, occurred_at }) => [tenant_id, Date.parse(occurred_at) - Date.UTC(2026, 0, 1)]),
  );
  expect(times).toEqual([
    [
      ['acme', 0],
      ['acme', 2_000],
    ],
    [
      ['acme', 2_001],
      ['acme', 4_001],
    ],
    [['acme', 4_002]],
    [['acme2', 1]],
  ]);
});

const settings = { DATABASE_URL: 'postgres://host/db' };
const model = { SLM_IMPL: 'vllm', VLLM_BASE_URL: 'http://host', VLLM_MODEL_NAME: 'small' };

test('a process takes as many jobs as its model has places, and lets any number of calls wait', () => {
  expect(readConfig({ ...settings, ...model, LLM_MAX_CONCURRENCY: '3' })).toMatchObject({
    ...{ windowMs: 2_000, maxConcurrentJobs: 3, llm: { maxQueued: Infinity, maxConcurrency: 3 } },
  });
  expect(readConfig({ ...settings, LLM_MAX_CONCURRENCY: '3' })).toEqual(
    expect.not.objectContaining({ maxConcurrentJobs: expect.anything() }),
  );
});

test.each([
  ['0', 0],
  ['3600000', 3_600_000],
])('PERSONA_WINDOW_MS may be %s', (PERSONA_WINDOW_MS, windowMs) => {
  expect(readConfig({ ...settings, PERSONA_WINDOW_MS })).toMatchObject({ windowMs, llm: { impl: 'rules' } });
});

test.each(['-1', '3600001', '0.5'])('PERSONA_WINDOW_MS may not be %s', (PERSONA_WINDOW_MS) => {
  expect(() => readConfig({ ...settings, PERSONA_WINDOW_MS })).toThrow('an integer from 0 to 3600000');
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
