import { expect, onTestFinished, test, vi } from 'vitest';
import { backoffMs } from './bullmq-options.ts';

test.each([
  [0, [500, 1_000, 2_000]],
  [1, [250, 500, 1_000]],
])(
  'the first retry waits for the configured time, each later one twice as long; chance %i',
  (chance, waits) => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(chance);
    onTestFinished(() => random.mockRestore());
    expect([1, 2, 3].map((attempt) => backoffMs({ attempts: 8, delayMs: 500 }, attempt))).toEqual(waits);
  },
);
