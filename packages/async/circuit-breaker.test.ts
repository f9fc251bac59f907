import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { breaker } from './circuit-breaker.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function make() {
  const told: string[] = [];
  const guarded = breaker(500, {
    onOpen: (error) => void told.push(String(error)),
    onClose: () => void told.push('closed'),
  });
  const calls: string[] = [];
  const call = (error?: Error) =>
    guarded(async () => {
      calls.push(error ? 'failing' : 'working');
      if (error) throw error;
      return 'done';
    });
  return { call, calls, told };
}

test('after a failure it calls nothing until the rest is over, and says why', async () => {
  const { call, calls } = make();
  const cause = new Error('gone');
  await expect(call(cause)).rejects.toBe(cause);
  vi.advanceTimersByTime(499);
  await expect(call()).rejects.toMatchObject({ cause });
  expect(calls).toEqual(['failing']);
  vi.advanceTimersByTime(1);
  await expect(call()).resolves.toBe('done');
  expect(calls).toEqual(['failing', 'working']);
});

test('it tells of the first failure of a row and of its end', async () => {
  const { call, told } = make();
  for (let failures = 0; failures < 3; failures += 1) {
    await expect(call(new Error('gone'))).rejects.toThrow('gone');
    vi.advanceTimersByTime(500);
  }
  await call();
  await call();
  expect(told).toEqual(['Error: gone', 'closed']);
});

test('an answer that proves nothing does not end a row of failures', async () => {
  const told: string[] = [];
  const call = breaker(0, { onOpen: () => told.push('open'), onClose: () => told.push('close') });
  await call(() => Promise.reject(new Error('away'))).catch(() => undefined);
  await call(async () => 'remembered', false);
  await call(() => Promise.reject(new Error('away'))).catch(() => undefined);
  expect(told).toEqual(['open']);
  await call(async () => 'fresh');
  expect(told).toEqual(['open', 'close']);
});
