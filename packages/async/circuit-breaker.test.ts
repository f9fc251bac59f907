import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CircuitOpenError, createCircuitBreaker } from './circuit-breaker.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

type Options = Partial<Parameters<typeof createCircuitBreaker>[0]>;

function make(options: Options = {}) {
  const changes: string[] = [];
  const calls: string[] = [];
  const circuit = createCircuitBreaker({
    resetAfterMs: () => 500,
    onStateChange: (from, to, error) => void changes.push(`${from} > ${to}: ${error}`),
    ...options,
  });
  const succeed = () =>
    circuit.execute(async () => {
      calls.push('succeeded');
      return 'done';
    });
  const fail = (error = new Error('down')) =>
    circuit.execute(async () => {
      calls.push('failed');
      throw error;
    });
  return { circuit, succeed, fail, calls, changes };
}

test('after a failure nothing is called until the reset time is over, and the rejection says why', async () => {
  const { succeed, fail, calls } = make();
  const cause = new Error('gone');
  await expect(fail(cause)).rejects.toBe(cause);
  vi.advanceTimersByTime(499);
  await expect(succeed()).rejects.toThrow(CircuitOpenError);
  await expect(succeed()).rejects.toMatchObject({ cause });
  expect(calls).toEqual(['failed']);
  vi.advanceTimersByTime(1);
  await expect(succeed()).resolves.toBe('done');
  expect(calls).toEqual(['failed', 'succeeded']);
});

test('each change is reported once, with the failure', async () => {
  const { succeed, fail, changes } = make();
  for (let failures = 0; failures < 2; failures += 1) {
    await expect(fail()).rejects.toThrow('down');
    vi.advanceTimersByTime(500);
  }
  await succeed();
  await succeed();
  expect(changes).toEqual([
    'closed > open: Error: down',
    'open > half_open: Error: down',
    'half_open > open: Error: down',
    'open > half_open: Error: down',
    'half_open > closed: Error: down',
  ]);
});

test('one call probes; concurrent ones are rejected until it has succeeded', async () => {
  const { circuit, succeed, fail } = make();
  await fail().catch(() => undefined);
  vi.advanceTimersByTime(500);
  const probe = Promise.withResolvers<string>();
  const probing = circuit.execute(() => probe.promise);
  await expect(succeed()).rejects.toThrow(CircuitOpenError);
  expect(circuit.state).toBe('half_open');
  probe.resolve('back');
  expect(await probing).toBe('back');
  expect(circuit.state).toBe('closed');
  expect(await succeed()).toBe('done');
});

test('a call from before the circuit opened neither closes it nor opens it again', async () => {
  const { circuit, fail } = make();
  const [slow, slower] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const calls = [slow, slower].map(({ promise }) => circuit.execute(() => promise));
  await fail().catch(() => undefined);
  slow.resolve('late');
  expect(await calls[0]).toBe('late');
  expect(circuit.state).toBe('open');
  vi.advanceTimersByTime(499);
  slower.reject(new Error('late'));
  await expect(calls[1]).rejects.toThrow('late');
  vi.advanceTimersByTime(1);
  expect(await circuit.execute(async () => 'probe')).toBe('probe');
});

test('a call from before an outage does not open the circuit after it', async () => {
  const { circuit, succeed, fail } = make();
  const slow = Promise.withResolvers<string>();
  const call = circuit.execute(() => slow.promise);
  await fail().catch(() => undefined);
  vi.advanceTimersByTime(500);
  await succeed();
  slow.reject(new Error('late'));
  await expect(call).rejects.toThrow('late');
  expect(circuit.state).toBe('closed');
});

test.each(['open', 'half_open', 'closed'] as const)(
  'a listener that throws when the circuit becomes %s does not block it',
  async (broken) => {
    let throws = true;
    const onStateChange = (_from: unknown, to: string) => {
      if (throws && to === broken) throw new Error('a bug');
    };
    const { circuit, succeed, fail } = make({ onStateChange });
    await fail().catch(() => undefined);
    vi.advanceTimersByTime(500);
    await succeed().catch(() => undefined);
    expect(circuit.state).toBe(broken === 'half_open' ? 'open' : 'closed');
    throws = false;
    vi.advanceTimersByTime(500);
    expect(await succeed()).toBe('done');
    expect(circuit.state).toBe('closed');
  },
);

test('the share of the last calls decides, once there are enough of them', async () => {
  const { circuit, succeed, fail } = make({ failureShare: 0.5, windowCalls: 6, minCalls: 4 });
  for (let failures = 0; failures < 3; failures += 1) await fail().catch(() => undefined);
  expect(circuit.state).toBe('closed');
  for (let successes = 0; successes < 3; successes += 1) await succeed();
  // Three of six: half, and not more. The next failure pushes out the oldest one.
  await fail().catch(() => undefined);
  expect(circuit.state).toBe('closed');
  await fail().catch(() => undefined);
  await fail().catch(() => undefined);
  expect(circuit.state).toBe('closed');
  await fail().catch(() => undefined);
  expect(circuit.state).toBe('open');
});

test('the wait grows with each opening in a row, and starts over after a success', async () => {
  const waits: number[] = [];
  const resetAfterMs = (openings: number) => {
    waits.push(openings);
    return 500;
  };
  const { succeed, fail } = make({ resetAfterMs });
  for (let failures = 0; failures < 3; failures += 1) {
    await fail().catch(() => undefined);
    vi.advanceTimersByTime(500);
  }
  await succeed();
  await fail().catch(() => undefined);
  expect(waits).toEqual([1, 2, 3, 1]);
});

test('a system clock that is set back does not keep it open', async () => {
  const { succeed, fail } = make();
  await fail().catch(() => undefined);
  vi.setSystemTime(Date.now() - 3_600_000);
  vi.advanceTimersByTime(500);
  expect(await succeed()).toBe('done');
});

test('a probe that succeeds forgets the failures before it', async () => {
  const { circuit, succeed, fail } = make({ failureShare: 0.5, windowCalls: 10, minCalls: 2 });
  for (let failures = 0; failures < 2; failures += 1) await fail().catch(() => undefined);
  vi.advanceTimersByTime(500);
  await succeed();
  await fail().catch(() => undefined);
  expect(circuit.state).toBe('closed');
});

test('it needs no listener, and says by name that it is open', async () => {
  const circuit = createCircuitBreaker({ resetAfterMs: () => 500 });
  await expect(circuit.execute(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
  await expect(circuit.execute(async () => 1)).rejects.toMatchObject({
    name: 'CircuitOpenError',
    message: 'The server failed lately and is not called.',
  });
});
