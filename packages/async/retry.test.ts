import { expect, test } from 'vitest';
import { backoffMs, retry } from './retry.ts';

const never = new AbortController().signal;
const delayMs = () => 0;

/** A call that fails so many times and then succeeds. */
function failing(times: number) {
  let calls = 0;
  return {
    get calls() {
      return calls;
    },
    async call() {
      calls += 1;
      if (calls <= times) throw new Error(`failure ${calls}`);
      return 'done';
    },
  };
}

test('calls until it succeeds; the first failure and the recovery are reported', async () => {
  const reported: string[] = [];
  const { call } = failing(3);
  const result = await retry(call, {
    ...{ signal: never, delayMs },
    onFirstFailure: (error) => void reported.push(String(error)),
    onRecovered: () => void reported.push('recovered'),
  });
  expect(result).toBe('done');
  expect(reported).toEqual(['Error: failure 1', 'recovered']);
});

test('a call that succeeds at once reports nothing', async () => {
  const reported: string[] = [];
  const report = () => void reported.push('reported');
  await retry(async () => 'done', { signal: never, onFirstFailure: report, onRecovered: report });
  expect(reported).toEqual([]);
});

test('an error in onRecovered does not repeat the call that succeeded', async () => {
  const server = failing(1);
  const onRecovered = () => {
    throw new Error('a bug');
  };
  await expect(retry(server.call, { signal: never, delayMs, onRecovered, attempts: 4 })).rejects.toThrow(
    'a bug',
  );
  expect(server.calls).toBe(2);
});

test('throws what is not worth another call', async () => {
  const server = failing(5);
  const shouldRetry = (error: unknown) => String(error) !== 'Error: failure 2';
  await expect(retry(server.call, { signal: never, delayMs, shouldRetry })).rejects.toThrow('failure 2');
  expect(server.calls).toBe(2);
});

test('throws the last failure when its calls are used up', async () => {
  const server = failing(5);
  await expect(retry(server.call, { signal: never, delayMs, attempts: 3 })).rejects.toThrow('failure 3');
  expect(server.calls).toBe(3);
});

test('an abort ends the wait; one more call is made, and its failure thrown', async () => {
  const stop = new AbortController();
  const server = failing(5);
  const options = {
    signal: stop.signal,
    delayMs: () => 60_000,
    onFirstFailure: () => setImmediate(() => stop.abort()),
  };
  await expect(retry(server.call, options)).rejects.toThrow('failure 2');
  expect(server.calls).toBe(2);
});

test.each([
  [1, 25, 50],
  [2, 50, 100],
  [6, 800, 1_600],
  [7, 1_500, 3_000],
  [40, 1_500, 3_000],
])('the wait after %i failures is between %i and %i ms', (failures, least, most) => {
  const waits = Array.from({ length: 200 }, () => backoffMs(failures));
  expect(Math.min(...waits)).toBeGreaterThan(least * 0.999);
  expect(Math.max(...waits)).toBeLessThanOrEqual(most);
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan((most - least) / 2);
});
