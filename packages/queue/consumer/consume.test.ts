import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { detectStalls } from './consume.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const pace = { lookMs: 1_000, wedgedMs: 10_000 };

function watch(state: { inHand: number; waiting: () => Promise<number> }) {
  const wedged: number[] = [];
  const progress = detectStalls(
    { inFlight: () => state.inHand, waiting: state.waiting, onStalled: (ms) => void wedged.push(ms) },
    pace,
  );
  return { progress, wedged };
}

test('work that waits while nothing moves is told of, once', async () => {
  const { wedged } = watch({ inHand: 0, waiting: async () => 5 });
  await vi.advanceTimersByTimeAsync(9_000);
  expect(wedged).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(wedged).toEqual([10_000]);
});

test('a batch that never ends is told of, though nothing else waits', async () => {
  const { wedged } = watch({ inHand: 1, waiting: async () => 0 });
  await vi.advanceTimersByTimeAsync(11_000);
  expect(wedged).toHaveLength(1);
});

test('neither idleness, nor a queue that is away, nor slow progress is being wedged', async () => {
  const idle = watch({ inHand: 0, waiting: async () => 0 });
  const away = watch({ inHand: 0, waiting: () => Promise.reject(new Error('away')) });
  const slow = watch({ inHand: 3, waiting: async () => 5 });
  for (let passed = 0; passed < 60_000; passed += 5_000) {
    await vi.advanceTimersByTimeAsync(5_000);
    slow.progress.progressed();
  }
  expect([idle.wedged, away.wedged, slow.wedged]).toEqual([[], [], []]);
});

test('nothing is told after the end', async () => {
  const { progress, wedged } = watch({ inHand: 1, waiting: async () => 5 });
  progress.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(wedged).toEqual([]);
});
