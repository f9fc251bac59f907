import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { detectStalls } from './consume.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const options = { checkMs: 1_000, stalledMs: 10_000 };

function watch(state: { inFlight: number; waiting: () => Promise<number> }) {
  const stalled: number[] = [];
  const progress = detectStalls(
    { inFlight: () => state.inFlight, waiting: state.waiting, onStalled: (ms) => void stalled.push(ms) },
    options,
  );
  return { progress, stalled };
}

test('work that waits while nothing moves is reported, once', async () => {
  const { stalled } = watch({ inFlight: 0, waiting: async () => 5 });
  await vi.advanceTimersByTimeAsync(9_000);
  expect(stalled).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(stalled).toEqual([10_000]);
});

test('a batch that never ends is reported, though nothing else waits', async () => {
  const { stalled } = watch({ inFlight: 1, waiting: async () => 0 });
  await vi.advanceTimersByTimeAsync(11_000);
  expect(stalled).toHaveLength(1);
});

test('an idle worker, a queue that is down, and slow progress are no stall', async () => {
  const idle = watch({ inFlight: 0, waiting: async () => 0 });
  const down = watch({ inFlight: 0, waiting: () => Promise.reject(new Error('down')) });
  const slow = watch({ inFlight: 3, waiting: async () => 5 });
  for (let passed = 0; passed < 60_000; passed += 5_000) {
    await vi.advanceTimersByTimeAsync(5_000);
    slow.progress.progressed();
  }
  expect([idle.stalled, down.stalled, slow.stalled]).toEqual([[], [], []]);
});

test('nothing is reported after the end', async () => {
  const { progress, stalled } = watch({ inFlight: 1, waiting: async () => 5 });
  progress.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(stalled).toEqual([]);
});
