import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PublishRequest, toJobs } from './consumer-queue.ts';

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

test('a retry has a job of its own, with its delay and the attempts it has left', () => {
  const fresh = Array.from({ length: 45 }, () => ({
    event: 'hypothesis.selected' as const,
    event_id: randomUUID(),
  }));
  const failed = {
    event: 'hypothesis.selected' as const,
    event_id: randomUUID(),
    retry: { delayMs: 700, attempts: 3 },
  };
  const jobs = toJobs([...fresh, failed], retry);
  expect(jobs.map((job) => idsIn(job).length)).toEqual([20, 20, 5, 1]);
  expect(jobs.at(-1)).toMatchObject({
    data: { event_id: failed.event_id },
    opts: { delay: 700, attempts: 3 },
  });
});
