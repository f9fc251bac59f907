import { expect, test } from 'vitest';
import { backgroundLoop } from './background-loop.ts';

const hour = 3_600_000;
const onError = (error: unknown) => {
  throw error;
};

test('runs at once, and again after the wait', async () => {
  let runs = 0;
  const run = async () => {
    runs += 1;
  };
  await using _loop = backgroundLoop(run, { everyMs: 1, onError });
  expect(runs).toBe(1);
  await expect.poll(() => runs).toBeGreaterThan(2);
});

test('a run chooses the wait before the next: 0 goes on at once', async () => {
  let runs = 0;
  await using _loop = backgroundLoop(
    async () => {
      runs += 1;
      return runs < 5 ? 0 : hour;
    },
    { everyMs: hour, onError },
  );
  await expect.poll(() => runs).toBe(5);
});

test('what a run throws is reported, and the loop goes on after the wait for failures', async () => {
  const errors: unknown[] = [];
  let runs = 0;
  const fail = async () => {
    runs += 1;
    throw new Error(`run ${runs}`);
  };
  await using _loop = backgroundLoop(fail, {
    ...{ everyMs: hour, afterErrorMs: 1 },
    onError: (error) => errors.push(error),
  });
  await expect.poll(() => runs).toBeGreaterThan(1);
  expect(errors.slice(0, 2).map(String)).toEqual(['Error: run 1', 'Error: run 2']);
});

test('disposing aborts the signal and waits for the run under way; none begins after it', async () => {
  const ends = Promise.withResolvers<void>();
  const log: string[] = [];
  const loop = backgroundLoop(
    async (signal) => {
      signal.addEventListener('abort', () => log.push('aborted'));
      await ends.promise;
      log.push('ended');
      return 0;
    },
    { everyMs: 0, onError },
  );
  const disposed = loop[Symbol.asyncDispose]().then(() => log.push('disposed'));
  ends.resolve();
  await disposed;
  expect(log).toEqual(['aborted', 'ended', 'disposed']);
});

test('disposing does not wait for the pause between two runs', async () => {
  const loop = backgroundLoop(async () => {}, { everyMs: hour, onError });
  await new Promise(setImmediate);
  await loop[Symbol.asyncDispose]();
});

test('runs without a wait leave the event loop free', async () => {
  let runs = 0;
  const run = async () => {
    runs += 1;
    return runs < 100_000 ? 0 : hour;
  };
  await using _loop = backgroundLoop(run, { everyMs: hour, onError });
  await new Promise(setImmediate);
  expect(runs).toBeLessThan(100);
});
