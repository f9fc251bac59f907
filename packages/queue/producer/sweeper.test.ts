import { connectDb, type Db } from '@learning-loop/db/connect';
import { insertEvents } from '@learning-loop/db/loop/outbox';
import type { Consumer } from '@learning-loop/events/routes';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { sql } from 'kysely';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PublishRequest } from './consumer-queue.ts';
import type { Publisher } from './publisher.ts';
import { sweep } from './sweeper.ts';

/** Queues that note what is published, with this many jobs waiting, or without room. */
function noting(state: { waiting?: Partial<Record<Consumer, number>>; full?: Consumer[] } = {}) {
  const published: (PublishRequest & { to: Consumer | undefined })[] = [];
  const asked: Consumer[] = [];
  const publisher: Publisher = {
    publish: async (requests, only) => void published.push(...requests.map((one) => ({ ...one, to: only }))),
    waiting: async (consumer) => {
      asked.push(consumer);
      return state.waiting?.[consumer] ?? 0;
    },
    hasRoom: async (consumer) => !state.full?.includes(consumer),
    full: async () => undefined,
    holds: async () => [],
    prometheusMetrics: async () => '',
    async [Symbol.asyncDispose]() {},
  };
  return { published, asked, publisher };
}

/** Events of this age that are pending for these consumers, by their ids. */
async function accept(db: Db, age: string, pending: Consumer[], count = 1): Promise<string[]> {
  const events = Array.from({ length: count }, () => selection());
  const ids = events.map(({ event_id }) => event_id);
  await db.transaction().execute((tx) =>
    insertEvents(
      tx,
      events.map((event) => ({ name: 'hypothesis.selected', event })),
    ),
  );
  await sql`update outbox set created_at = now() - ${age}::interval, pending = ${pending}
    where event_id = any(${ids}::uuid[])`.execute(db);
  return ids;
}

async function start(publisher: Publisher, options = { everyMs: 60_000, graceMs: 60_000, limit: 10 }) {
  const db = connectDb(await databaseForTest());
  const metrics = new Registry();
  const lines: object[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  const begin = () => {
    const sweeper = sweep({ log, metrics }, db, publisher, options);
    onTestFinished(async () => {
      await sweeper[Symbol.asyncDispose]();
      await db.destroy();
    });
    return sweeper;
  };
  const readMetric = async (name: string) => {
    const found = await metrics.getSingleMetric(name)?.get();
    return found?.values.map(({ labels, value }) => [...Object.values(labels), value]);
  };
  return { db, metrics, lines, begin, readMetric };
}

test.each([
  ['61 seconds', 0],
  ['470 seconds', 0],
  ['490 seconds', 1],
  ['950 seconds', 1],
  ['970 seconds', 2],
  ['2 hours', 4],
  // The clock was set back.
  ['-2 hours', 4],
])(
  'with a grace time of a minute, what has been pending for %s is redelivery %i',
  async (age, redelivery) => {
    const { publisher, published } = noting();
    const { db, begin } = await start(publisher);
    const [event_id] = await accept(db, age, ['memory']);
    begin();
    const request = { event: 'hypothesis.selected', event_id, redelivery, to: 'memory' };
    await expect.poll(() => published).toEqual([request]);
  },
);

test('what is younger than the grace time waits, and is counted with its age in seconds', async () => {
  const { publisher, published, asked } = noting();
  const { db, begin, readMetric } = await start(publisher);
  await accept(db, '50 seconds', ['memory'], 3);
  await accept(db, '5 seconds', ['memory']);
  begin();
  await expect.poll(() => asked.length).toBe(3);
  expect(asked).toEqual(['training-log', 'memory', 'persona']);
  expect(await readMetric('learning_loop_outbox_pending')).toEqual([[4]]);
  const [[seconds] = []] = (await readMetric('learning_loop_outbox_oldest_seconds')) ?? [];
  expect(Number(seconds)).toBeGreaterThanOrEqual(50);
  expect(Number(seconds)).toBeLessThan(60);
  expect(published).toEqual([]);
});

test('each consumer gets what it has pending, and the swept are counted', async () => {
  const { publisher, published } = noting();
  const { db, begin, readMetric } = await start(publisher);
  const [both] = await accept(db, '3 minutes', ['memory', 'persona']);
  const [one] = await accept(db, '2 minutes', ['persona']);
  await accept(db, '10 seconds', ['memory']);
  begin();
  await expect.poll(() => published.length).toBe(3);
  expect(published.map(({ event_id, to }) => [event_id, to])).toEqual([
    [both, 'memory'],
    [both, 'persona'],
    [one, 'persona'],
  ]);
  await expect
    .poll(() => readMetric('learning_loop_swept_total'))
    .toEqual([
      ['memory', 1],
      ['persona', 2],
    ]);
});

test('a busy consumer gets an event again after a minute, an idle one after the grace time, a full one never', async () => {
  const { publisher, published } = noting({ waiting: { memory: 1 }, full: ['training-log'] });
  const { db, begin } = await start(publisher, { everyMs: 60_000, graceMs: 5_000, limit: 10 });
  const ids = {
    idle: await accept(db, '2 minutes', ['persona']),
    busy: await accept(db, '2 minutes', ['memory']),
    full: await accept(db, '2 minutes', ['training-log']),
    busyLately: await accept(db, '2 minutes', ['memory']),
    idleLately: await accept(db, '2 minutes', ['persona']),
  };
  const swept = [...ids.busyLately, ...ids.idleLately];
  await sql`update outbox set swept_at = now() - interval '50 seconds' where event_id = any(${swept}::uuid[])`.execute(
    db,
  );
  await sql`update outbox set swept_at = now() - interval '70 seconds' where event_id = any(${ids.busy}::uuid[])`.execute(
    db,
  );
  begin();
  await expect.poll(() => published.length).toBe(3);
  expect(published.map(({ event_id, to }) => [event_id, to]).toSorted()).toEqual(
    [
      [ids.idle[0], 'persona'],
      [ids.idleLately[0], 'persona'],
      [ids.busy[0], 'memory'],
    ].toSorted(),
  );
});

test('a round that reaches its limit is followed by the next at once, and one that does not waits', async () => {
  const { publisher, published, asked } = noting();
  const { db, begin } = await start(publisher, { everyMs: 60_000, graceMs: 60_000, limit: 2 });
  await accept(db, '2 minutes', ['memory'], 5);
  begin();
  await expect.poll(() => published.length).toBe(5);
  // Three rounds: each asks the three consumers for their backlog, and those with room once more.
  await expect.poll(() => asked.length).toBe(18);
});

test('a queue or a database that fails is said once', async () => {
  const { publisher } = noting();
  publisher.publish = () => Promise.reject(new Error('the queue is away'));
  const { db, begin, lines } = await start(publisher, { everyMs: 1, graceMs: 60_000, limit: 10 });
  await accept(db, '2 minutes', ['memory']);
  const again = vi.spyOn(publisher, 'hasRoom');
  begin();
  await expect.poll(() => again.mock.calls.length).toBeGreaterThan(3);
  expect(lines).toMatchObject([{ level: 40, msg: 'sweep_failed', err: { message: 'the queue is away' } }]);
});

const exported = (queue: string) => [
  '# HELP bullmq_job_count Number of jobs in the queue by state',
  `bullmq_job_count{queue="${queue}", state="waiting"} 3`,
  `bullmq_job_count{queue="${queue}", state="active"} 0`,
  `bullmq_job_completed_total{queue="${queue}"} 5`,
  `bullmq_job_failed_total{queue="${queue}"} ${queue === 'memory' ? 2 : 0}`,
  `something_else{queue="${queue}"} 9`,
];

test('the metrics of the backend are exported once for the process, and read at most every 5 s', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  await vi.advanceTimersByTimeAsync(10_000);
  const { publisher } = noting();
  const reads: Consumer[] = [];
  publisher.prometheusMetrics = async (consumer) => {
    reads.push(consumer);
    if (consumer === 'persona') throw new Error('down');
    return exported(consumer).join('\n');
  };
  const { begin, metrics } = await start(publisher);
  begin();
  begin();
  const text = async () =>
    (await metrics.metrics()).split('\n').filter((line) => /^bullmq|^something/u.test(line));
  const expected = [
    'bullmq_job_count{queue="training-log",state="waiting"} 3',
    'bullmq_job_count{queue="training-log",state="active"} 0',
    'bullmq_job_count{queue="memory",state="waiting"} 3',
    'bullmq_job_count{queue="memory",state="active"} 0',
    'bullmq_job_completed_total{queue="training-log"} 5',
    'bullmq_job_completed_total{queue="memory"} 5',
    'bullmq_job_failed_total{queue="memory"} 2',
  ];
  expect(await text()).toEqual(expected);
  await vi.advanceTimersByTimeAsync(4_999);
  expect([await text(), reads.length]).toEqual([expected, 3]);
  await vi.advanceTimersByTimeAsync(1);
  expect([await text(), reads.length], 'the same, and not twice as much').toEqual([expected, 6]);
});
