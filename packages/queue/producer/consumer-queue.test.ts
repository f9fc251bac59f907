import { type Job, UnrecoverableError } from 'bullmq';
import fc from 'fast-check';
import pino from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { JobQueue, Queues } from '../backend/backend.ts';
import { queueMetrics } from '../metrics.ts';
import { openConsumerQueue, type PublishRequest, readEventRefs, toJobs } from './consumer-queue.ts';
import { watchQueueMemory } from './queue-memory.ts';

const retry = { attempts: 8, delayMs: 500 };
const idsIn = (job: ReturnType<typeof toJobs>[number]) =>
  'event_ids' in job.data ? job.data.event_ids : [job.data.event_id];

const ref = fc.record<PublishRequest>(
  {
    event: fc.constantFrom('hypothesis.selected', 'feedback.given'),
    event_id: fc.uuid(),
    redelivery: fc.nat(3),
    retry: fc.record({ delayMs: fc.nat(5_000), attempts: fc.integer({ min: 1, max: 8 }) }),
  },
  { requiredKeys: ['event', 'event_id'] },
);

test('every event is in one job of its own kind, with at most 20, and no two jobs have the same id', () => {
  fc.assert(
    fc.property(fc.uniqueArray(ref, { selector: (one) => one.event_id, maxLength: 100 }), (refs) => {
      const jobs = toJobs(refs, retry);
      const published = jobs.flatMap((job) => idsIn(job).map((event_id) => ({ event: job.name, event_id })));
      const key = (one: { event: string; event_id: string }) => `${one.event} ${one.event_id}`;
      expect(published.map(key).toSorted()).toEqual(refs.map(key).toSorted());
      expect(new Set(jobs.map(({ opts }) => opts.jobId)).size).toBe(jobs.length);
      for (const job of jobs) expect(idsIn(job).length).toBeLessThanOrEqual(20);
    }),
  );
});

const id = (n: number) => `01a00000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const event = 'hypothesis.selected' as const;

test('jobs have the ids, attempts and delays that the queue needs', () => {
  const backoff = { type: 'exponential', delay: 500, jitter: 0.5 };
  const single = (event_id: string, opts: object) => ({
    ...{ name: event, data: { event, event_id }, opts: { attempts: 8, backoff, ...opts } },
  });
  const requests: PublishRequest[] = [
    { event, event_id: id(1) },
    { event, event_id: id(2), redelivery: 0 },
    { event: 'feedback.given', event_id: id(3) },
    { event, event_id: id(4), redelivery: 2 },
    { event, event_id: id(5), retry: { delayMs: 700, attempts: 3 } },
    { event, event_id: id(6), retry: { delayMs: 0, attempts: 1 }, redelivery: 1 },
  ];
  expect(toJobs(requests, retry)).toEqual([
    {
      ...{ name: event, data: { event, event_ids: [id(1), id(2)] } },
      opts: { jobId: `${id(1)}+1`, attempts: 8, backoff },
    },
    {
      ...{ name: 'feedback.given', data: { event: 'feedback.given', event_id: id(3) } },
      opts: { jobId: id(3), attempts: 8, backoff },
    },
    single(id(4), { jobId: `${id(4)}~2` }),
    single(id(5), { jobId: id(5), attempts: 3, delay: 700 }),
    single(id(6), { jobId: `${id(6)}~1`, attempts: 1 }),
  ]);
  expect(toJobs([], retry)).toEqual([]);
});

test.each([
  [20, [20]],
  [21, [20, 1]],
  [45, [20, 20, 5]],
])('%i events share jobs of %j', (count, sizes) => {
  const jobs = toJobs(
    Array.from({ length: count }, (_, n) => ({ event, event_id: id(n) })),
    retry,
  );
  expect(jobs.map((job) => idsIn(job).length)).toEqual(sizes);
  expect(jobs.flatMap(idsIn)).toEqual(Array.from({ length: count }, (_, n) => id(n)));
});

const jobOf = (name: string, data: unknown) => ({ id: '7', name, data }) as Job;
const upper = id(1).toUpperCase();

test.each([
  ['one id', { event_id: id(1) }, [id(1)]],
  ['capitals', { event_id: upper }, [upper]],
  ['several ids', { event_ids: [id(1), id(2)] }, [id(1), id(2)]],
  ['several ids beside one, as the next version may write', { event_id: id(3), event_ids: [id(1)] }, [id(1)]],
])('a job names its events by %s', (_what, data, ids) => {
  expect(readEventRefs(jobOf(event, data))).toEqual(ids.map((event_id) => ({ event, event_id })));
});

test.each([
  ['an event that nobody knows', 'user.erased', { event_id: id(1) }],
  ['an event that every object has', 'constructor', { event_id: id(1) }],
  ['no id', event, {}],
  ['a number', event, { event_id: 1 }],
  ['one wrong id of two', event, { event_ids: [id(1), 'x'] }],
  ['an id with something before it', event, { event_id: `x${id(1)}` }],
  ['an id with something after it', event, { event_id: `${id(1)}x` }],
])('a job with %s is never tried again', (_what, name, data) => {
  const failing = () => readEventRefs(jobOf(name, data));
  expect(failing).toThrow(UnrecoverableError);
  expect(failing).toThrow('Job 7 names no event.');
});

describe('a consumer’s queue', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  /** Over a backend that says these counts and this share of its memory. */
  function open(counts: { waiting: number; active: number; delayed: number }, memory = 0) {
    const said = { counts, memory, reads: 0, guarded: 0 };
    const added: string[][] = [];
    const queue: Partial<JobQueue> = {
      getJobCounts: async (...names: string[]) => {
        said.reads += 1;
        return Object.fromEntries(Object.entries(said.counts).filter(([name]) => names.includes(name)));
      },
      addBulk: async (jobs) => {
        added.push(jobs.map(({ opts }) => String(opts?.jobId)));
        return [];
      },
      isPaused: async () => true,
      getGlobalConcurrency: async () => null,
      getGlobalRateLimit: async () => null,
    };
    const readMemory = async () => ({ share: said.memory, policy: 'noeviction' });
    const queues: Queues = {
      get: () => queue as JobQueue,
      memory: readMemory,
      close: async () => undefined,
    };
    const registry = new Registry();
    const metrics = queueMetrics(registry);
    const memoryOfQueues = watchQueueMemory({ read: readMemory, log: pino({ level: 'silent' }), metrics });
    const opened = openConsumerQueue(queues, {
      ...{ consumer: 'memory', metrics, memory: memoryOfQueues, retry },
      guard: (call) => {
        said.guarded += 1;
        return call();
      },
    });
    const published = async () =>
      (await registry.getSingleMetricAsString('learning_loop_published_total')).split('\n').slice(2);
    return { opened, said, added, registry, published };
  }

  test.each([
    ['19,999 jobs in all', { waiting: 10_000, active: 9_000, delayed: 999 }, 0.79, true],
    ['20,000 jobs in all', { waiting: 10_000, active: 9_000, delayed: 1_000 }, 0.79, false],
    ['80 % of the memory', { waiting: 0, active: 0, delayed: 0 }, 0.8, false],
  ])('with %s it has room: %s', async (_what, counts, memory, room) => {
    const { opened, added, published, registry } = open(counts, memory);
    expect(await opened.hasRoom()).toBe(room);
    expect(await opened.waiting()).toBe(counts.waiting);
    await opened.add([1, 2].map((n) => ({ event, event_id: id(n) })));
    expect(added).toEqual(room ? [[`${id(1)}+1`]] : []);
    const outcome = room ? 'published' : 'held';
    expect(await published()).toEqual([
      `learning_loop_published_total{consumer="memory",outcome="${outcome}"} 2`,
    ]);
    const backlog = await registry.getSingleMetricAsString('learning_loop_queue_jobs');
    expect(backlog.split('\n').slice(2)).toEqual(
      Object.entries(counts).map(
        ([state, jobs]) => `learning_loop_queue_jobs{consumer="memory",state="${state}"} ${jobs}`,
      ),
    );
  });

  test('what was read a second ago is read again, and what was added since counts', async () => {
    const { opened, said, added } = open({ waiting: 19_998, active: 0, delayed: 0 });
    for (const n of [1, 2, 3]) await opened.add([{ event, event_id: id(n) }]);
    expect(added).toEqual([[id(1)], [id(2)]]);
    expect(said.reads).toBe(1);
    said.counts = { waiting: 5, active: 0, delayed: 0 };
    await vi.advanceTimersByTimeAsync(999);
    expect(await opened.waiting()).toBe(19_998);
    await vi.advanceTimersByTimeAsync(1);
    expect([await opened.waiting(), said.reads]).toEqual([5, 2]);
  });

  test('reads are guarded, and what is added is guarded by the caller', async () => {
    const { opened, said } = open({ waiting: 1, active: 0, delayed: 0 });
    await opened.add([{ event, event_id: id(1) }]);
    expect(said.guarded).toBe(0);
    expect(await opened.holds()).toEqual(['paused']);
    expect(said.guarded).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    await opened.waiting();
    await vi.advanceTimersByTimeAsync(2_000);
    await opened.hasRoom();
    expect(said.guarded).toBe(3);
  });
});
