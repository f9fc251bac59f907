import { TaskCancelledError } from 'cockatiel';
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { afterEach, expect, test, vi } from 'vitest';
import { type Attempt, createCallPolicy } from './call-policy.ts';
import { CallRejected, classifyError, isServerBusy, retryAfterMs } from './errors.ts';
import { UnusableAnswer } from './read-response.ts';
import { createSlots } from './slots.ts';

const limits = { timeoutMs: 1000, maxConcurrency: 2 };

type OnState = Parameters<typeof createCallPolicy>[2];

/** A policy all of whose calls somebody waits for. */
function guardOf({ timeoutMs, maxConcurrency }: typeof limits, onState: OnState = () => undefined) {
  const policy = createCallPolicy(createSlots(maxConcurrency), 2 * maxConcurrency, onState);
  return {
    run: <T>(call: (attempt: Attempt) => Promise<T>) =>
      policy.run({ operation: 'propose', timeoutMs, isBackground: false }, call),
    [Symbol.dispose]: () => policy[Symbol.dispose](),
  };
}
const start = new Date('2026-11-22T10:00:00Z');

afterEach(() => {
  vi.useRealTimers();
});

/** What became of a call. */
const outcome = (call: Promise<unknown>) => call.then(() => 'ok', classifyError);
const fail = () => Promise.reject(new Error('garbage'));
const succeed = () => Promise.resolve('fine');
const answered = (status: number, headers: Record<string, string> = {}, message = '') =>
  APIError.generate(status, { error: { message } }, undefined, new Headers(headers));
const limited = (headers: Record<string, string>) => () =>
  Promise.reject(APIError.generate(429, {}, undefined, new Headers(headers)));

test('the breaker opens when most calls fail, lets one call probe, and closes when that succeeds', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start });
  const states: string[] = [];
  using guard = guardOf(limits, (from, to, reason) => states.push(`${from} > ${to}: ${reason}`));
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
  using guard = guardOf(limits);
  for (let call = 0; call < 5; call += 1) await outcome(guard.run(fail));
  vi.advanceTimersByTime(60_000);
  expect(await outcome(guard.run(fail))).toBe('invalid');
  expect(await outcome(guard.run(succeed))).toBe('breaker_open');
});

test('a few failures among many calls do not open it', async () => {
  using guard = guardOf(limits);
  for (let call = 0; call < 40; call += 1) await outcome(guard.run(call % 3 === 0 ? fail : succeed));
  expect(await outcome(guard.run(succeed))).toBe('ok');
});

test.each([
  ['seconds', '30'],
  ['a date', new Date(start.getTime() + 30_000).toUTCString()],
])('Retry-After in %s pauses all calls for as long', async (_form, value) => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start });
  using guard = guardOf(limits);
  expect(await outcome(guard.run(limited({ 'retry-after': value })))).toBe('rate_limited');
  vi.advanceTimersByTime(29_999);
  expect(await outcome(guard.run(succeed))).toBe('paused');
  vi.advanceTimersByTime(1);
  expect(await outcome(guard.run(succeed))).toBe('ok');
});

test('a pause is at most ten minutes', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start });
  using guard = guardOf(limits);
  await outcome(guard.run(limited({ 'retry-after': '1e9' })));
  vi.advanceTimersByTime(600_000);
  expect(await outcome(guard.run(succeed))).toBe('ok');
});

test('the second try is left out when there is no time for it', async () => {
  using guard = guardOf({ ...limits, timeoutMs: 40 });
  let tries = 0;
  const call = () => {
    tries += 1;
    return Promise.reject(answered(500));
  };
  expect(await outcome(guard.run(call))).toBe('server_error');
  expect(tries).toBe(1);
});

test('a server that asks for a pause that does not fit in the time left gets it', async () => {
  using guard = guardOf({ ...limits, timeoutMs: 20_000 });
  let tries = 0;
  const call = () => {
    tries += 1;
    return limited({ 'retry-after': '30' })();
  };
  expect(await outcome(guard.run(call))).toBe('rate_limited');
  expect(tries).toBe(1);
});

test.each([
  ['is full', answered(503), [250, 500, 1_000, 1_000]],
  ['limits us', answered(429), [250, 500, 1_000, 1_000]],
  ['says when', answered(429, { 'retry-after': '2' }), [2_000, 2_000]],
  ['loads its model', answered(500, {}, 'The model is loading'), [250, 500, 1_000, 1_000]],
  ['has a full queue', answered(500, {}, 'maximum pending requests exceeded'), [250, 500, 1_000, 1_000]],
])('a server that %s is asked again for as long as there is time', async (_state, error, expected) => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: start });
  using guard = guardOf({ ...limits, timeoutMs: 5_000 });
  const times: number[] = [];
  const call = () => {
    times.push(performance.now());
    return times.length > expected.length ? succeed() : Promise.reject(error);
  };
  const asked = outcome(guard.run(call));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await asked).toBe('ok');
  expect(times.slice(1).map((at, i) => at - (times[i] ?? 0))).toEqual(expected);
});

test('a server that is full is asked again a second after the breaker opened, each time', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start });
  using guard = guardOf({ ...limits, timeoutMs: 200 });
  const full = () => Promise.reject(answered(503));
  for (let call = 0; call < 5; call += 1) await outcome(guard.run(full));
  for (const _probe of [1, 2, 3, 4, 5, 6]) {
    vi.advanceTimersByTime(999);
    expect(await outcome(guard.run(full))).toBe('breaker_open');
    vi.advanceTimersByTime(1);
    expect(await outcome(guard.run(full))).toBe('server_error');
  }
});

test.each([
  ['once more, when nobody else may want the server', false, 50],
  ['after others had their turn', true, 3_000],
])('an answer that another request interrupted is asked for %s', async (_when, isBackground, expected) => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  const slots = createSlots(2);
  using policy = createCallPolicy(slots, 4, () => undefined);
  const times: number[] = [];
  const call = () => {
    times.push(performance.now());
    return times.length === 1 ? Promise.reject(new UnusableAnswer('interrupted')) : succeed();
  };
  const asked = outcome(policy.run({ operation: 'propose', timeoutMs: 10_000, isBackground }, call));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await asked).toBe('ok');
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(expected);
  const one = policy.run(
    { operation: 'propose', timeoutMs: 10_000, isBackground },
    () => new Promise(() => undefined),
  );
  let started = false;
  const other = policy.run({ operation: 'propose', timeoutMs: 10_000, isBackground }, async () => {
    started = true;
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(started, 'from then on one call at a time').toBe(false);
  await Promise.allSettled([vi.advanceTimersByTimeAsync(10_000), one, other]);
});

test('a call has as many milliseconds as its timeout says', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  using guard = guardOf({ ...limits, timeoutMs: 2_000 });
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
  using guard = guardOf({ ...limits, timeoutMs: 20_000 });
  const release = Promise.withResolvers<void>();
  const calls = Array.from({ length: 7 }, () => outcome(guard.run(() => release.promise)));
  expect(await calls[6]).toBe('busy');
  release.resolve();
  expect(await Promise.all(calls)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'busy']);
});

test('what waited half of its time is turned away, and the breaker does not count it', async () => {
  using guard = guardOf({ timeoutMs: 1000, maxConcurrency: 1 });
  const slow = () => new Promise((resolve) => setTimeout(resolve, 550));
  const first = outcome(guard.run(slow));
  expect(await outcome(guard.run(succeed))).toBe('busy');
  expect(await first).toBe('ok');
});

test.each([
  [new CallRejected('over_cost'), 'over_cost'],
  [new CallRejected('busy'), 'busy'],
  [new TaskCancelledError(), 'timeout'],
  [new APIUserAbortError(), 'timeout'],
  [new APIConnectionError({ message: 'reset' }), 'unreachable'],
  [new APIConnectionTimeoutError(), 'unreachable'],
  [new APIError(undefined, undefined, 'half a stream', undefined), 'invalid'],
  [answered(400), 'refused'],
  [answered(428), 'refused'],
  [answered(429), 'rate_limited'],
  [answered(430), 'refused'],
  [answered(499), 'refused'],
  [answered(500), 'server_error'],
  [answered(529), 'server_error'],
  [new TypeError('garbage'), 'invalid'],
  ['a string', 'invalid'],
])('%s counts as %s', (error, expected) => {
  expect(classifyError(error)).toBe(expected);
});

test.each([
  [answered(429, { 'retry-after': '1.5' }), 1_500],
  [answered(503, { 'retry-after': '600' }), 600_000],
  [answered(503, { 'retry-after': '601' }), 600_000],
  [answered(429, { 'retry-after': '0' }), null],
  [answered(429, { 'retry-after': '-5' }), null],
  [answered(429, { 'retry-after': 'soon' }), null],
  [answered(429, { 'retry-after': '' }), null],
  [answered(429, { 'retry-after': 'Sun, 22 Nov 2026 10:00:07 GMT' }), 7_000],
  [answered(429, { 'retry-after': 'Sun, 22 Nov 2026 09:59:59 GMT' }), null],
  [answered(429, { 'retry-after': 'Mon, 23 Nov 2026 10:00:00 GMT' }), 600_000],
  [answered(429), null],
  [new APIError(undefined, undefined, 'half a stream', undefined), null],
  [new Error('retry-after: 7'), null],
])('of %o the pause is %s ms', (error, expected) => {
  vi.useFakeTimers({ toFake: ['Date'], now: start });
  expect(retryAfterMs(error)).toBe(expected);
});

test.each([
  [answered(503), true],
  [answered(429), true],
  [answered(529), true],
  [answered(500, {}, 'Model is loading, please wait'), true],
  [answered(500, {}, 'server overloaded, try again'), true],
  [answered(500, {}, 'division by zero'), false],
  [answered(400, {}, 'loading'), false],
  [new Error('loading'), false],
])('of %o it is said that the server will answer soon: %s', (error, expected) => {
  expect(isServerBusy(error)).toBe(expected);
});

test('the breaker probes after 1 s, and after each probe that fails twice as late, 30 s at most', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start });
  using guard = guardOf(limits);
  for (let call = 0; call < 4; call += 1) await outcome(guard.run(fail));
  expect(await outcome(guard.run(fail)), 'four failures are too few').toBe('invalid');
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    vi.advanceTimersByTime(seconds * 1_000 - 1);
    expect(await outcome(guard.run(fail)), `within ${seconds} s`).toBe('breaker_open');
    vi.advanceTimersByTime(1);
    expect(await outcome(guard.run(fail)), `after ${seconds} s`).toBe('invalid');
  }
  vi.advanceTimersByTime(30_000);
  expect(await outcome(guard.run(succeed))).toBe('ok');
  for (let call = 0; call < 5; call += 1) await outcome(guard.run(fail));
  vi.advanceTimersByTime(1_000);
  expect(await outcome(guard.run(succeed)), 'as soon as the first time').toBe('ok');
});

test.each([
  [10, 10, 'ok'],
  [9, 11, 'breaker_open'],
])(
  'after %i successes and %i failures of the last 20 calls the next one is %s',
  async (good, bad, expected) => {
    using guard = guardOf(limits);
    // Older than the last 20: they no longer count.
    for (let call = 0; call < 3; call += 1) await outcome(guard.run(succeed));
    for (let call = 0; call < good; call += 1) await outcome(guard.run(succeed));
    for (let call = 0; call < bad; call += 1) await outcome(guard.run(fail));
    expect(await outcome(guard.run(succeed))).toBe(expected);
  },
);

test.each([
  [475, 2],
  [476, 1],
])(
  'a try that took %i of 1,000 ms is followed by another one if as much time is left, with 50 ms: %i tries',
  async (ms, expected) => {
    vi.useFakeTimers({ toFake: ['performance'] });
    using guard = guardOf(limits);
    let tries = 0;
    const call = () => {
      tries += 1;
      vi.advanceTimersByTime(ms);
      return Promise.reject(answered(500));
    };
    expect(await outcome(guard.run(call))).toBe('server_error');
    expect(tries).toBe(expected);
  },
);

test.each([
  [400, 1],
  [500, 2],
  [502, 2],
])('what is answered by %i is tried %i times, the second time 50 ms later', async (status, expected) => {
  using guard = guardOf({ ...limits, timeoutMs: 20_000 });
  const times: number[] = [];
  const call = () => {
    times.push(performance.now());
    return Promise.reject(answered(status));
  };
  await outcome(guard.run(call));
  expect(times).toHaveLength(expected);
  const [first = 0, second = first + 50] = times;
  expect(second - first).toBeGreaterThan(45);
});

test('a pause stays while calls from before it fail without asking for one', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start });
  using guard = guardOf(limits);
  const late = Promise.withResolvers<never>();
  const before = outcome(guard.run(() => late.promise));
  await outcome(guard.run(limited({ 'retry-after': '30' })));
  late.reject(new Error('garbage'));
  expect(await before).toBe('invalid');
  vi.advanceTimersByTime(29_999);
  expect(await outcome(guard.run(succeed))).toBe('paused');
});

test.each([
  [500, 'ok'],
  [501, 'busy'],
])('a call that waited %i of 1,000 ms is %s', async (ms, expected) => {
  vi.useFakeTimers({ toFake: ['performance'] });
  using guard = guardOf({ timeoutMs: 1_000, maxConcurrency: 1 });
  const running = Promise.withResolvers<void>();
  const first = outcome(guard.run(() => running.promise));
  const second = outcome(guard.run(succeed));
  vi.advanceTimersByTime(ms);
  running.resolve();
  expect([await first, await second]).toEqual(['ok', expected]);
});

test('after its end a call is refused as closed, and one under way is aborted', async () => {
  const guard = guardOf({ ...limits, timeoutMs: 20_000 });
  const aborted = outcome(
    guard.run(({ signal }) => new Promise((_, no) => signal.addEventListener('abort', no))),
  );
  guard[Symbol.dispose]();
  expect(await aborted).toBe('timeout');
  expect(await outcome(guard.run(succeed))).toBe('closed');
});

test('answers that are not understood pause their operation alone; they are no failure of the server', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const states: string[] = [];
  using policy = createCallPolicy(createSlots(2), 4, (_from, to) => states.push(to));
  const ask = (operation: string, call: () => Promise<unknown>) =>
    outcome(policy.run({ operation, timeoutMs: 1_000, isBackground: false }, call));
  const unusable = () => Promise.reject(new UnusableAnswer('no_json'));
  for (let call = 0; call < 5; call += 1) expect(await ask('persona', unusable)).toBe('invalid');
  expect(await ask('persona', succeed)).toBe('breaker_open');
  expect(await ask('propose', succeed)).toBe('ok');
  expect(states).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(await ask('persona', succeed)).toBe('ok');
  for (let call = 0; call < 10; call += 1) await ask('persona', fail);
  expect(await ask('propose', succeed), 'the server failed').toBe('breaker_open');
});
