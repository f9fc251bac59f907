import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { insertEvents, loadPending } from '@learning-loop/db/loop/outbox';
import { setTrainingOptOut } from '@learning-loop/db/users/settings';
import type { NamedEvent } from '@learning-loop/events/event';
import { newId } from '@learning-loop/events/ids';
import { type LogName, logNames } from '@learning-loop/events/training-records';
import { type BatchResult, processEvents } from '@learning-loop/queue/consumer/process-events';
import { OutdatedRead, RetryLater } from '@learning-loop/queue/errors';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { hypothesesFor, selection } from '@learning-loop/testing/selection';
import { openTrainingLog } from '@learning-loop/training-log/open';
import { rewriteSegments } from '@learning-loop/training-log/rewrite';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createHandlers, discardingHandlers } from './handlers.ts';

const log = pino({ level: 'silent' });

/** Like a consumer: what was read before the log's file was begun is read again. */
const process: typeof processEvents = async (consumer, ids): Promise<BatchResult> => {
  try {
    return await processEvents(consumer, ids);
  } catch (error) {
    if (!(error instanceof OutdatedRead)) throw error;
    return await process(consumer, ids);
  }
};

async function linesOf(dir: string, name: string): Promise<unknown[]> {
  const text = await readFile(join(dir, `${name}.jsonl`), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

async function acceptOne(db: Db, event = selection()) {
  await db.transaction().execute((tx) => insertEvents(tx, [{ name: 'hypothesis.selected', event }]));
  return event;
}

const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };
const ids = {
  event_id: '01a00000-0000-7000-8000-000000000001',
  interaction_id: '01a00000-0000-7000-8000-000000000002',
  ...{ tenant_id: 'acme', user_id: 'ada' },
};
const envelope = { schema_version: 1 as const, ...ids, occurred_at: '2026-01-01T00:00:00.000Z' };
const line = { timestamp: '2026-01-01T00:00:00.000Z', ...ids };

const [first, second] = hypothesesFor(['Do you want tea?', 'Do you want coffee?']);
const used = { memory_id: 'm1', type: 'goal', relevance: 0.5 };
const selected = selection({
  ...envelope,
  hypotheses: [first, second].flatMap((one, at) =>
    one
      ? [
          {
            ...one,
            confidence: at === 0 ? 0.5 : 0.2,
            score: 2 - at,
            propensity: 0.75,
            features: { goal: at },
          },
        ]
      : [],
  ),
  used_memories: [used],
  selected_id: 'h2',
  auto_advanced: true,
});
const moved = { old_facets: facets, new_facets: { ...facets, concise: 0.6 }, facet_deltas: { concise: 0.1 } };
const signals = { selected_hypothesis_id: 'h2', success: true };

/** Each event of ada, and the lines that it becomes, by the name of their log. */
const established: [NamedEvent, Record<string, object>][] = [
  [
    { name: 'hypothesis.selected', event: selected },
    {
      hypotheses_data: {
        ...{ ...line, user_input: 'build api', context: selected.context },
        hypotheses: [
          { id: 'h1', question: 'Do you want tea?', confidence: 0.5, position: 1, propensity: 0.75 },
          { id: 'h2', question: 'Do you want coffee?', confidence: 0.2, position: 2, propensity: 0.75 },
        ],
        ...{ none_confidence: 0.3, selected_id: 'h2', label: 'positive', auto_advanced: true },
        ...{ selected_confidence: 0.2, model_id: 'rules' },
      },
      ranking_data: {
        ...{ ...line, used_memories: [used], model_id: 'rules' },
        hypotheses: [
          { id: 'h1', position: 1, score: 2, propensity: 0.75, features: { goal: 0 }, chosen: false },
          { id: 'h2', position: 2, score: 1, propensity: 0.75, features: { goal: 1 }, chosen: true },
        ],
      },
    },
  ],
  [
    {
      name: 'persona.updated',
      event: { ...envelope, ...moved, signals, decided_by: 'rules', reason: 'h2 was chosen' },
    },
    { persona_updates: { ...line, ...moved, signals, decided_by: 'rules', reason: 'h2 was chosen' } },
  ],
  [
    { name: 'feedback.given', event: { ...envelope, type: 'rating', value: 4 } },
    { user_feedback: { ...line, type: 'rating', value: 4 } },
  ],
];

/** The same event of the user of the same id in another tenant. */
function ofTwin<E extends NamedEvent>(named: E): E {
  const event = { ...named.event, tenant_id: 'acme2', event_id: '01a00000-0000-7000-8000-000000000003' };
  return { ...named, event };
}

test.each(established.map(([named, expected]) => ({ name: named.name, named, expected })))(
  'the lines of an event are those of the established format, once, and none of who opted out: $name',
  async ({ named, expected }) => {
    const dir = await mkdtemp(join(tmpdir(), 'record-'));
    await using db = connectDb(await databaseForTest());
    await using trainingLog = await openTrainingLog(dir, { log });
    const events = [named, ofTwin(named)];
    await db.transaction().execute((tx) => insertEvents(tx, events));
    for (const [tenant_id, user_id] of [
      ['acme2', 'ada'],
      ['acme', 'ad'],
    ] as const)
      await setTrainingOptOut(db, { tenant_id, user_id }, true);
    const consumer = { db, log, consumer: 'training-log' as const, handlers: createHandlers(trainingLog) };
    const eventIds = events.map(({ event }) => event.event_id);
    const { processed, logs } = await process(consumer, eventIds);
    await process(consumer, eventIds);
    expect(processed, 'neither stays pending').toHaveLength(2);
    for (const name of logNames)
      expect(await linesOf(dir, name), name).toEqual([expected[name]].filter(Boolean));
    const { event_id, interaction_id } = ids;
    expect(logs.filter(({ name }) => name === 'training_data_logged')).toEqual([
      { name: 'training_data_logged', fields: { event: named.name, event_id, interaction_id } },
    ]);
  },
);

test('a rejection of all is a negative sample', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'record-'));
  await using db = connectDb(await databaseForTest());
  await using trainingLog = await openTrainingLog(dir, { log });
  const event = await acceptOne(db, selection({ selected_id: null }));
  await process({ db, log, consumer: 'training-log', handlers: createHandlers(trainingLog) }, [
    event.event_id,
  ]);
  expect(await linesOf(dir, 'hypotheses_data')).toMatchObject([
    { selected_id: null, label: 'negative', selected_confidence: null },
  ]);
});

test('with collection switched off nothing is written and nothing stays pending', async () => {
  await using db = connectDb(await databaseForTest());
  const events = established.map(([named], n) => ({
    ...{ ...named, event: { ...named.event, event_id: `01a00000-0000-7000-8000-00000000000${n}` } },
  })) as NamedEvent[];
  await db.transaction().execute((tx) => insertEvents(tx, events));
  const { processed } = await process(
    { db, log, consumer: 'training-log', handlers: discardingHandlers },
    events.map(({ event }) => event.event_id),
  );
  expect(processed).toHaveLength(3);
  const outbox = await db.selectFrom('outbox').select('pending').orderBy('event_id').execute();
  expect(outbox.map(({ pending }) => pending)).toEqual([['memory', 'persona'], ['persona']]);
});

const written = established.flatMap(([named, lines]) =>
  Object.keys(lines).map((name) => ({ event: named.name, name, named })),
);

test.each(written)(
  'until $name is on disk a $event waits: it is not settled, and spends no attempt',
  async ({ name, named }) => {
    await using db = connectDb(await databaseForTest());
    await db.transaction().execute((tx) => insertEvents(tx, [named]));
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const append = async (to: string) => {
      if (to === name) throw full;
    };
    const handlers = createHandlers({ append, prepare: async () => undefined });
    const consumer = { db, log, consumer: 'training-log' as const, handlers };
    const error = await process(consumer, [ids.event_id]).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(RetryLater);
    expect(error).toMatchObject({ ms: 1_000, cause: full });
    expect(await loadPending(db, 'training-log', [ids.event_id])).toHaveLength(1);
  },
);

const begun: LogName[][] = [['hypotheses_data'], ['ranking_data'], ['persona_updates'], []];

test.each(begun)(
  'a batch that was read before all its logs but %s were begun is written once',
  async (...names) => {
    const dir = await mkdtemp(join(tmpdir(), 'record-'));
    await using db = connectDb(await databaseForTest());
    await using trainingLog = await openTrainingLog(dir, { log });
    const events = established.map(
      ([one]) => ({ ...one, event: { ...one.event, event_id: newId() } }) as NamedEvent,
    );
    await db.transaction().execute((tx) => insertEvents(tx, events));
    await trainingLog.prepare(names.filter(Boolean), Number.POSITIVE_INFINITY);
    await process(
      { db, log, consumer: 'training-log', handlers: createHandlers(trainingLog) },
      events.map(({ event }) => event.event_id),
    );
    for (const name of logNames) expect(await linesOf(dir, name), name).toHaveLength(1);
  },
);

test('a batch that is written after an erasure has taken the files away is written once', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'record-'));
  await using db = connectDb(await databaseForTest());
  await using trainingLog = await openTrainingLog(dir, { log });
  const consumer = { db, log, consumer: 'training-log' as const, handlers: createHandlers(trainingLog) };
  const copies = [0, 1, 2].map(() =>
    established.map(([one]) => ({ ...one, event: { ...one.event, event_id: newId() } }) as NamedEvent),
  );
  for (const events of copies) await db.transaction().execute((tx) => insertEvents(tx, events));
  const [first = [], second = [], third = []] = copies.map((events) =>
    events.map(({ event }) => event.event_id),
  );
  await process(consumer, first);
  await rewriteSegments(dir, ({ event_id }) => event_id !== first[0]);
  // Opens one of the files anew; the others are still the old ones.
  await process(consumer, second.slice(0, 1));
  await process(consumer, third);
  const found = await allEventIds(dir);
  expect(new Set(found)).toEqual(new Set([...first.slice(1), ...second.slice(0, 1), ...third]));
  // Each selection has a line in two logs.
  expect(found).toHaveLength(2 + 2 + 4);
});

/** Of all lines of all segments. */
async function allEventIds(dir: string): Promise<string[]> {
  const files = (await readdir(dir, { recursive: true })).filter((file) => file.endsWith('.jsonl'));
  const texts = await Promise.all(files.map((file) => readFile(join(dir, file), 'utf8')));
  return texts
    .flatMap((text) => text.trim().split('\n'))
    .filter(Boolean)
    .map((line) => JSON.parse(line).event_id);
}
