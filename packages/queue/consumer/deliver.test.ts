import { loadPending, settle } from '@learning-loop/db/loop/outbox';
import { takeOverdue } from '@learning-loop/db/loop/outbox-backlog';
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

/** What was counted, as `outcome event tenant: number`. */
async function countedEvents(loop: TestLoop): Promise<string[]> {
  const metric = await loop.metrics.getSingleMetric('learning_loop_events_total')?.get();
  const counted = metric?.values.map(
    ({ labels: { outcome, event, tenant }, value }) => `${outcome} ${event} ${tenant}: ${value}`,
  );
  return (counted ?? []).toSorted();
}

const named = 'hypothesis.selected default';

async function histogram(loop: TestLoop, name: string): Promise<Record<string, number>> {
  const metric = await loop.metrics.getSingleMetric(name)?.get();
  return Object.fromEntries(
    (metric?.values ?? [])
      .filter((one) => 'metricName' in one && /_(sum|count)$/u.test(String(one.metricName)))
      .map((one) => [String(Reflect.get(one, 'metricName')).replace(`${name}_`, ''), one.value]),
  );
}

test('what was learned is counted, with its age, its batch, and its duplicates', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(3, ['memory']));
  const [shared] = await loop.accept(1, ['memory', 'persona']);
  await sql`update outbox set created_at = now() - interval '1 minute'`.execute(loop.db);
  const all = [...ids, shared?.event_id ?? ''];
  await deliverWith(loop, [...all, ids[0] ?? ''], loop.effect('memory'));
  expect(await countedEvents(loop)).toEqual(['duplicate  : 1', `learned ${named}: 4`]);
  expect(await histogram(loop, 'learning_loop_batch_events')).toEqual({ sum: 4, count: 1 });
  const lag = await histogram(loop, 'learning_loop_lag_seconds');
  expect([lag['count'], Math.floor((lag['sum'] ?? 0) / 60)]).toEqual([4, 4]);
  // One of them is pending for another consumer still.
  const learned = await histogram(loop, 'learning_loop_learned_seconds');
  expect([learned['count'], Math.floor((learned['sum'] ?? 0) / 60)]).toEqual([3, 3]);
  const seconds = await histogram(loop, 'learning_loop_batch_seconds');
  expect(seconds['count']).toBe(1);
  expect(seconds['sum']).toBeLessThan(10);
  await deliverWith(loop, all, loop.effect('memory'));
  expect(await countedEvents(loop)).toEqual(['duplicate  : 5', `learned ${named}: 4`]);
  expect(await histogram(loop, 'learning_loop_batch_events'), 'a batch of nothing is none').toMatchObject({
    count: 1,
  });
});

test('an event of the future has no negative age', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(1));
  await sql`update outbox set created_at = now() + interval '1 hour'`.execute(loop.db);
  await deliverWith(loop, ids, loop.effect('memory'));
  expect(await histogram(loop, 'learning_loop_lag_seconds')).toEqual({ sum: 0, count: 1 });
});

test('a batch that fails is halved until the culprit is alone, and only it is retried', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(5));
  const batches: number[][] = [];
  const outcomes = await deliverWith(loop, ids, async (events, context) => {
    batches.push(events.map(({ event_id }) => ids.indexOf(event_id)));
    if (events.some(({ event_id }) => event_id === ids[3])) throw new Error('the fourth');
    await loop.effect('memory')(events, context);
  });
  expect(batches).toEqual([[0, 1, 2, 3, 4], [0, 1, 2], [3, 4], [3], [4]]);
  expect(ids.map((id) => outcomes.get(id))).toEqual(
    [0, 1, 2, 3, 4].map((n) => (n === 3 ? { failed: new Error('the fourth') } : { done: true })),
  );
  expect(await countedEvents(loop)).toEqual([`learned ${named}: 4`, `retried ${named}: 1`]);
  expect(loop.logged('event_retried')).toMatchObject([
    {
      level: 40,
      event_id: ids[3],
      event: 'hypothesis.selected',
      attempt: 1,
      attempts: 3,
      err: { message: 'the fourth' },
    },
  ]);
});

test('fresh events and those that are tried again are apart', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(4));
  const batches: number[][] = [];
  const handle: ReturnType<TestLoop['effect']> = async (events) =>
    void batches.push(events.map(({ event_id }) => ids.indexOf(event_id)));
  const attempts = [2, 1, 3, 1];
  await deliverAttempts(
    loop,
    ids.map((event_id, n) => ({ event_id, attempt: attempts[n] ?? 0 })),
    { handle },
  );
  expect(batches).toEqual([
    [1, 3],
    [0, 2],
  ]);
});

/** Delivers memory's events of the given attempts, of three. */
async function deliverAttempts(
  loop: TestLoop,
  events: { event_id: string; attempt: number }[],
  {
    handle,
    stopping = false,
    heartbeat = () => undefined,
  }: { handle: ReturnType<TestLoop['effect']>; stopping?: boolean; heartbeat?: () => void },
): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = [];
  await deliver(
    {
      ...{ db: loop.db, log: loop.log, metrics: queueMetrics(loop.metrics), publisher: loop.publisher },
      ...{ consumer: 'memory', handlers: { 'hypothesis.selected': handle }, heartbeat },
      signal: stopping ? AbortSignal.abort() : new AbortController().signal,
    },
    events.map((one) => ({ ...one, attempts: 3, resolve: (outcome) => void outcomes.push(outcome) })),
  );
  return outcomes;
}

test.each([
  [100, 0],
  [2_000, 0],
  [2_001, 1],
  [12_000, 10_000],
  [60_000, 10_000],
])(
  'when all ask for %i ms the consumer pauses for at most 2 s, and the events for %i ms more',
  async (ms, laterMs) => {
    await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
    const ids = eventIds(await loop.accept(3));
    const handle = async () => {
      throw new RetryLater(ms);
    };
    let heartbeats = 0;
    const began = performance.now();
    const events = ids.map((event_id) => ({ event_id, attempt: 3 }));
    // A shutdown ends the pause.
    const outcomes = await deliverAttempts(loop, events, {
      ...{ handle, stopping: ms > 100 },
      heartbeat: () => {
        heartbeats += 1;
      },
    });
    const took = performance.now() - began;
    expect(outcomes).toEqual(ids.map(() => ({ laterMs })));
    // Each of the three attempts, and the pause; at a shutdown only that.
    expect([await countedEvents(loop), heartbeats]).toEqual([['later  : 3'], ms === 100 ? 4 : 1]);
    if (ms === 100) expect(took).toBeGreaterThanOrEqual(99);
    expect((await loadPending(loop.db, 'memory', ids)).length).toBe(3);
  },
);

test.each([
  ['the first', 0],
  ['the last', 2],
])('when only %s asks for later, the consumer does not pause', async (_which, at) => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(3));
  const outcomes = await deliverWith(loop, ids, async (events, context) => {
    if (events.some(({ event_id }) => event_id === ids[at])) throw new RetryLater(3_600_000);
    await loop.effect('memory')(events, context);
  });
  expect(ids.map((id) => outcomes.get(id))).toEqual(
    ids.map((_, n) => (n === at ? { laterMs: 3_600_000 } : { done: true })),
  );
  expect(await loop.effects()).toEqual(ids.filter((_, n) => n !== at));
  const counted = await countedEvents(loop);
  expect(counted).toContain(`later ${named}: 1`);
  expect(counted).toContain(`learned ${named}: 2`);
});

test.each([
  ['throws nothing', undefined, 'Error: A handler threw nothing.'],
  [
    'has causes',
    new Error('a', { cause: new TypeError('b', { cause: 'c' }) }),
    'Error: a; caused by TypeError: b; caused by c',
  ],
  ['quotes a NUL', new Error('a\0b'), 'Error: ab'],
  ['is long', new Error('x'.repeat(5_000)), `Error: ${'x'.repeat(3_993)}`],
  ['is its own cause', circular(), Array(5).fill('Error: again').join('; caused by ')],
])('the dead letter of an error that %s says so', async (_what, error, text) => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(1));
  const { letters, outcomes } = await deliverFailing(loop, ids, error);
  expect([letters, outcomes]).toEqual([[{ error: text, attempts: 3 }], [{ done: true }]]);
  expect(await countedEvents(loop)).toEqual([`dead ${named}: 1`]);
  expect(loop.logged('event_dead_lettered')).toMatchObject([
    { level: 50, event_id: ids[0], event: 'hypothesis.selected', tenant_id: 'default', attempts: 3 },
  ]);
});

function circular(): Error {
  const error = new Error('again');
  return Object.assign(error, { cause: error });
}

test.each([
  [2, { failed: new Error('no') }, []],
  [3, { done: true }, [{ error: 'Error: no', attempts: 3 }]],
  [4, { done: true }, [{ error: 'Error: no', attempts: 4 }]],
])('attempt %i of three that fails', async (attempt, outcome, dead) => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(1));
  const { letters, outcomes } = await deliverFailing(loop, ids, new Error('no'), { attempt });
  expect([outcomes, letters]).toEqual([[outcome], dead]);
});

test('an event that another process settles while its handler fails is done, and no dead letter', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(1));
  const handle = async () => {
    await loop.db.transaction().execute((tx) => settle(tx, 'memory', ids));
    throw new PermanentError('too late');
  };
  const outcomes = await deliverAttempts(
    loop,
    ids.map((event_id) => ({ event_id, attempt: 3 })),
    { handle },
  );
  expect([outcomes, await countedEvents(loop)]).toEqual([[{ done: true }], []]);
  expect(await loop.db.selectFrom('dead_letters').select('error').execute()).toEqual([]);
});

test('an event that nobody can read is a dead letter of its first attempt, and its neighbours are learned', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(2));
  await sql`update outbox set payload = '{}' where event_id = ${ids[0]}`.execute(loop.db);
  const outcomes = await deliverAttempts(
    loop,
    ids.map((event_id) => ({ event_id, attempt: 2 })),
    { handle: loop.effect('memory') },
  );
  expect(outcomes).toEqual([{ done: true }, { done: true }]);
  const letters = await loop.db.selectFrom('dead_letters').select(['event_id', 'attempts']).execute();
  expect(letters).toEqual([{ event_id: ids[0], attempts: 1 }]);
  expect([await loop.effects(), await countedEvents(loop)]).toEqual([
    [ids[1]],
    [`dead ${named}: 1`, `learned ${named}: 1`],
  ]);
});

test('what is emitted is published after the commit, and a queue that is away does not undo it', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const published: unknown[] = [];
  const publisher = {
    ...loop.publisher,
    async publish(requests: { event_id: string }[]) {
      const rows = await loadPending(
        loop.db,
        'training-log',
        requests.map(({ event_id }) => event_id),
      );
      published.push(...rows.map(({ event }) => event));
      throw new Error('away');
    },
  };
  const ids = eventIds(await loop.accept(1, ['persona']));
  const outcomes: JobOutcome[] = [];
  await deliver(
    {
      ...{ db: loop.db, log: loop.log, metrics: queueMetrics(loop.metrics), publisher, consumer: 'persona' },
      ...{ signal: new AbortController().signal, heartbeat: () => undefined },
      handlers: {
        'hypothesis.selected': async (events, { emit, logAfterCommit }) => {
          logAfterCommit('moved', { count: events.length });
          await emit(...events.map(personaUpdate));
        },
        'feedback.given': async () => undefined,
      },
    },
    ids.map((event_id) => ({ event_id, attempt: 1, attempts: 3, resolve: (one) => void outcomes.push(one) })),
  );
  expect([outcomes, published]).toEqual([[{ done: true }], ['persona.updated']]);
  expect(loop.logged('moved')).toMatchObject([{ level: 30, count: 1 }]);
  expect(loop.logged('learning_loop_complete')).toMatchObject([{ level: 30, event_id: ids[0] }]);
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
  expect(loop.logged('learning_waits')).toMatchObject([{ level: 40, err: { message: 'from the database' } }]);
  expect(loop.logged('learning_goes_on')).toMatchObject([{ level: 20 }]);
});

test('a conflict is tried again without a word', async () => {
  await using loop = await TestLoop.open({ databaseUrl: await databaseForTest() });
  const ids = eventIds(await loop.accept(1));
  let failures = 0;
  await deliverWith(loop, ids, async (events, context) => {
    failures += 1;
    if (failures === 1) throw coded('40001');
    await loop.effect('memory')(events, context);
  });
  expect([await loop.effects(), loop.logged('learning_waits')]).toEqual([ids, []]);
});
