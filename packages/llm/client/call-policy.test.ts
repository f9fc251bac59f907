import { APIError } from 'openai';
import { afterEach, expect, test, vi } from 'vitest';
import { classifyError, createCallPolicy } from './call-policy.ts';

const limits = { timeoutMs: 1000, maxConcurrency: 2 };
const start = new Date('2026-11-22T10:00:00Z');

afterEach(() => {
  vi.useRealTimers();
});

/** What became of a call. */
const outcome = (call: Promise<unknown>) => call.then(() => 'ok', classifyError);
const fail = () => Promise.reject(new Error('garbage'));
const succeed = () => Promise.resolve('fine');
const limited = (headers: Record<string, string>) => () =>
  Promise.reject(APIError.generate(429, {}, undefined, new Headers(headers)));

test('the breaker opens when most calls fail, lets one call probe, and closes when that succeeds', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start });
  const states: string[] = [];
  using guard = createCallPolicy(limits, (from, to, reason) => states.push(`${from} > ${to}: ${reason}`));
  for (let call = 0; call < 5; call += 1) expect(await outcome(guard.run(fail))).toBe('invalid');
  expect(await outcome(guard.run(succeed))).toBe('breaker_open');

  vi.advanceTimersByTime(60_000);
  const probe = Promise.withResolvers<string>();
  const probing = guard.run(() => probe.promise);
  expect(await outcome(guard.run(succeed))).toBe('breaker_open');
  probe.resolve('fine');
  expect(await probing).toBe('fine');
  expect(await outcome(guard.run(succeed))).toBe('ok');
  expect(states).toEqual([
    'closed > open: invalid',
    'open > half_open: invalid',
    'half_open > closed: invalid',
  ]);
});

test('a probe that fails opens the breaker again', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start });
  using guard = createCallPolicy(limits, () => {});
  for (let call = 0; call < 5; call += 1) await outcome(guard.run(fail));
  vi.advanceTimersByTime(60_000);
  expect(await outcome(guard.run(fail))).toBe('invalid');
  expect(await outcome(guard.run(succeed))).toBe('breaker_open');
});

test('a few failures among many calls do not open it', async () => {
  using guard = createCallPolicy(limits, () => {});
  for (let call = 0; call < 40; call += 1) await outcome(guard.run(call % 3 === 0 ? fail : succeed));
  expect(await outcome(guard.run(succeed))).toBe('ok');
});

test.each([
  ['seconds', '30'],
  ['a date', new Date(start.getTime() + 30_000).toUTCString()],
])('Retry-After in %s pauses all calls for as long', async (_form, value) => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start });
  using guard = createCallPolicy(limits, () => {});
  expect(await outcome(guard.run(limited({ 'retry-after': value })))).toBe('rate_limited');
  vi.advanceTimersByTime(29_999);
  expect(await outcome(guard.run(succeed))).toBe('paused');
  vi.advanceTimersByTime(1);
  expect(await outcome(guard.run(succeed))).toBe('ok');
});

test('a pause is at most ten minutes, and nonsense is none', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start });
  using guard = createCallPolicy(limits, () => {});
  await outcome(guard.run(limited({ 'retry-after': '1e9' })));
  vi.advanceTimersByTime(600_000);
  expect(await outcome(guard.run(succeed))).toBe('ok');
  await outcome(guard.run(limited({ 'retry-after': 'soon' })));
  expect(await outcome(guard.run(succeed))).toBe('ok');
});

test('the second try is left out when there is no time for it', async () => {
  using guard = createCallPolicy({ ...limits, timeoutMs: 40 }, () => {});
  let tries = 0;
  const call = () => {
    tries += 1;
    return limited({})();
  };
  expect(await outcome(guard.run(call))).toBe('rate_limited');
  expect(tries).toBe(1);
});

test.each([
  [{}, 2],
  [{ 'retry-after': '30' }, 1],
])(
  'a refusal with the headers %j is tried %i times: a server that asks for a pause gets it',
  async (headers, times) => {
    using guard = createCallPolicy({ ...limits, timeoutMs: 20_000 }, () => {});
    let tries = 0;
    const call = () => {
      tries += 1;
      return limited(headers)();
    };
    expect(await outcome(guard.run(call))).toBe('rate_limited');
    expect(tries).toBe(times);
  },
);

test('a call has as many milliseconds as its timeout says', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  using guard = createCallPolicy({ ...limits, timeoutMs: 2_000 }, () => {});
  let became: string | null = null;
  const ended = outcome(guard.run(() => new Promise(() => undefined))).then((end) => {
    became = end;
  });
  await vi.advanceTimersByTimeAsync(1_999);
  expect(became).toBeNull();
  await vi.advanceTimersByTimeAsync(1);
  await ended;
  expect(became).toBe('timeout');
});

test('two calls run at once, four wait, the next is turned away', async () => {
  using guard = createCallPolicy({ ...limits, timeoutMs: 20_000 }, () => {});
  const release = Promise.withResolvers<void>();
  const calls = Array.from({ length: 7 }, () => outcome(guard.run(() => release.promise)));
  expect(await calls[6]).toBe('busy');
  release.resolve();
  expect(await Promise.all(calls)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'busy']);
});

test('what waited half of its time is turned away, and the breaker does not count it', async () => {
  using guard = createCallPolicy({ timeoutMs: 1000, maxConcurrency: 1 }, () => {});
  const slow = () => new Promise((resolve) => setTimeout(resolve, 550));
  const first = outcome(guard.run(slow));
  expect(await outcome(guard.run(succeed))).toBe('busy');
  expect(await first).toBe('ok');
});
