import { loadPending, takeOverdue } from '@learning-loop/db/loop/outbox';
import type { Consumer, EventName } from '@learning-loop/events/routes';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { AlreadySettled, PermanentError, RetryLater } from '../errors.ts';
import { queueMetrics } from '../metrics.ts';
import { eventIds, personaUpdate, TestLoop } from '../testing/harness.ts';
import { type Delivery, deliver, type JobOutcome } from './deliver.ts';
import type { HandlerContext } from './process-events.ts';

const EVENTS = 5;
const consumers = ['training-log', 'memory', 'persona'] as const satisfies Consumer[];

/** A delivery works, its handler fails, or its process is killed before or after the commit. */
const fates = [
  'works',
  'throws',
  'asks for later',
  'dies before the commit',
  'dies after the commit',
] as const;
type Fate = (typeof fates)[number];

const delivery = fc.record({
  consumer: fc.constantFrom(...consumers),
  events: fc.array(fc.nat(EVENTS - 1), { minLength: 1, maxLength: 8 }),
  fate: fc.constantFrom<Fate>(...fates),
});
/** Each step's deliveries happen at the same time, as those of replicas do; null is a round of the sweeper. */
const steps = fc.array(fc.option(fc.array(delivery, { minLength: 1, maxLength: 4 })), { maxLength: 6 });

test('however deliveries, failures, crashes and sweeps interleave, every effect happens once', {
  timeout: 120_000,
}, async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      await sql`truncate outbox, effects, dead_letters`.execute(loop.db);
      const refs = await loop.accept(EVENTS, [...consumers]);
      const ids = eventIds(refs);
      for (const step of plan) {
        if (step === null) await sweepOnce(loop);
        else
          await Promise.all(
            step.map(({ consumer, events, fate }) => {
              const chosen = events.map((index) => ids[index] ?? '');
              return deliverTo(loop, consumer, chosen, fate);
            }),
          );
      }
      await expect.poll(() => sweepOnce(loop), { interval: 0, timeout: 30_000 }).toBe(0);
      expect(await loop.effects('memory')).toEqual(ids);
      expect(await loop.effects('persona')).toEqual(ids);
      const logged = await loop.effects('training-log');
      expect(logged).toHaveLength(2 * EVENTS);
      expect(new Set(logged).size).toBe(2 * EVENTS);
    }),
    { numRuns: 40 },
  );
});

/** Delivers to every consumer its pending events; returns how many events were pending. */
async function sweepOnce(loop: TestLoop): Promise<number> {
  const overdue = await takeOverdue(loop.db, {
    olderThanMs: -1,
    againMs: -1,
    limit: 100,
    consumers: [...consumers],
  });
  await Promise.all(
    consumers.map((consumer) => {
      const pending = overdue.filter((row) => row.pending.includes(consumer)).map((row) => row.event_id);
      return deliverTo(loop, consumer, pending, 'works');
    }),
  );
  return overdue.length;
}

async function deliverTo(loop: TestLoop, consumer: Consumer, ids: string[], fate: Fate): Promise<void> {
  const killed = new AbortController();
  if (fate === 'dies before the commit') killed.abort();
  const outcomes: JobOutcome[] = [];
  const batch: Delivery[] = ids.map((event_id) => ({
    event_id,
    attempt: 1,
    attempts: 1_000,
    resolve: (outcome) => void outcomes.push(outcome),
  }));
  await deliver(
    {
      db: loop.db,
      log: loop.log,
      metrics: queueMetrics(loop.metrics),
      publisher: loop.publisher,
      consumer,
      handlers: handlersOf(loop, consumer, fate),
      signal: killed.signal,
      heartbeat: () => undefined,
    },
    batch,
  );
  // A killed process resolves nothing; all others resolve every delivery.
  if (!fate.startsWith('dies')) expect(outcomes.length).toBeGreaterThanOrEqual(batch.length);
}

function handlersOf(loop: TestLoop, consumer: Consumer, fate: Fate) {
  const handle =
    (name: EventName) => async (events: Parameters<typeof personaUpdate>[0][], context: HandlerContext) => {
      await loop.effect(consumer)(events, context);
      if (consumer === 'persona' && name === 'hypothesis.selected')
        await context.emit(...events.map(personaUpdate));
      if (fate === 'throws') throw new Error('a handler that fails');
      if (fate === 'asks for later') throw new RetryLater(1);
      if (fate === 'dies before the commit')
        await sql`select pg_terminate_backend(pg_backend_pid())`.execute(context.tx);
    };
  return {
    'hypothesis.selected': handle('hypothesis.selected'),
    'persona.updated': loop.effect(consumer),
    'feedback.given': loop.effect(consumer),
  };
}

/** Delivers memory's events to a handler that throws `error`: of three attempts the last, by default. */
async function deliverFailing(
  loop: TestLoop,
  ids: string[],
  error: unknown,
  { stopping = false, attempt = 3 } = {},
) {
  const outcomes: JobOutcome[] = [];
  await deliver(
    {
      db: loop.db,
      log: loop.log,
      metrics: queueMetrics(loop.metrics),
      publisher: loop.publisher,
      consumer: 'memory',
      handlers: {
        'hypothesis.selected': async () => {
          throw error;
        },
      },
      signal: stopping ? AbortSignal.abort() : new AbortController().signal,
      heartbeat: () => undefined,
    },
    ids.map((event_id) => ({
      ...{ event_id, attempt, attempts: 3, resolve: (outcome: JobOutcome) => void outcomes.push(outcome) },
    })),
  );
  const letters = await loop.db.selectFrom('dead_letters').select(['error', 'attempts']).execute();
  const pending = (await loadPending(loop.db, 'memory', ids)).length;
  return { outcomes, letters, pending };
}

const coded = (code: string) => Object.assign(new Error('from the database'), { code });

test('a conflict or an outage at a shutdown costs no attempt, so the last one makes no dead letter', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(1));
  // A deadlock, a serialization failure, a duplicate that was first, a server that goes down.
  for (const error of [coded('40P01'), coded('40001'), new AlreadySettled('late'), coded('57P01')])
    expect(await deliverFailing(loop, ids, error, { stopping: true }), String(error)).toEqual({
      ...{ outcomes: [{ laterMs: 0 }], letters: [], pending: 1 },
    });
});

test.each([
  ['a deadlock', '40P01', [{ laterMs: 0 }]],
  ['a fault of ours', '23514', [{ failed: expect.objectContaining({ code: '23514' }) }]],
])('a dead letter that %s prevents at a shutdown leaves the event pending', async (_, code, outcomes) => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  await sql`create function refuse() returns trigger language plpgsql as ${sql.lit(
    `begin raise exception 'refused' using errcode = '${code}'; end`,
  )}`.execute(loop.db);
  await sql`create trigger refuse before insert on dead_letters execute function refuse()`.execute(loop.db);
  const ids = eventIds(await loop.accept(1));
  expect(await deliverFailing(loop, ids, new Error('no'), { stopping: true })).toEqual({
    ...{ outcomes, letters: [], pending: 1 },
  });
});

test('the last attempt makes a dead letter, unless the handler asks for later; a permanent error makes one at once', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const [first, second, third] = [await loop.accept(1), await loop.accept(1), await loop.accept(1)];
  expect(await deliverFailing(loop, eventIds(first), new RetryLater(7))).toEqual({
    ...{ outcomes: [{ laterMs: 7 }], letters: [], pending: 1 },
  });
  const dead = [{ error: 'Error: no', attempts: 3 }];
  expect(await deliverFailing(loop, eventIds(second), new Error('no'))).toEqual({
    ...{ outcomes: [{ done: true }], letters: dead, pending: 0 },
  });
  // Of two, a batch that fails is halved.
  const both = eventIds([...first, ...third]);
  const { outcomes, pending } = await deliverFailing(loop, both, new PermanentError('never'), {
    attempt: 1,
  });
  expect([outcomes, pending]).toEqual([[{ done: true }, { done: true }], 0]);
});

/** Delivers memory's events to a handler, each for the first time. */
async function deliverWith(
  loop: TestLoop,
  ids: string[],
  handle: ReturnType<TestLoop['effect']>,
  heartbeat: () => void = () => undefined,
): Promise<Map<string, JobOutcome>> {
  const outcomes = new Map<string, JobOutcome>();
  await deliver(
    {
      ...{ db: loop.db, log: loop.log, metrics: queueMetrics(loop.metrics), publisher: loop.publisher },
      ...{ consumer: 'memory', handlers: { 'hypothesis.selected': handle }, heartbeat },
      signal: new AbortController().signal,
    },
    ids.map((event_id) => ({
      ...{ event_id, attempt: 1, attempts: 3 },
      resolve: (outcome) => void outcomes.set(event_id, outcome),
    })),
  );
  return outcomes;
}

test('the first event of a batch asks for later, and the others are processed at once', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(4));
  const outcomes = await deliverWith(loop, ids, async (events, context) => {
    if (events.some(({ event_id }) => event_id === ids[0])) throw new RetryLater(3_600_000);
    await loop.effect('memory')(events, context);
  });
  expect(outcomes.get(ids[0] ?? '')).toEqual({ laterMs: 3_600_000 });
  expect(await loop.effects()).toEqual(ids.slice(1));
});

test('waiting for a server that is away is no stall', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(1));
  let [failures, heartbeats] = [0, 0];
  const handle: ReturnType<TestLoop['effect']> = async (events, context) => {
    failures += 1;
    if (failures < 3) throw coded('57P01');
    await loop.effect('memory')(events, context);
  };
  await deliverWith(loop, ids, handle, () => {
    heartbeats += 1;
  });
  expect([await loop.effects(), heartbeats]).toEqual([ids, 2]);
});
