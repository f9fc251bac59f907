import { expect, test } from 'vitest';
import { batchesPerSelection, demandsAt } from './batches.ts';
import type { Costs, Demands } from './demands.ts';

/** Made so that a selection costs `own` of everything, and a batch `shared`. */
function costing(own: number, shared: number, ...rates: [number, number]): Costs {
  const at = (perSecond: number) => {
    const cost = own + shared * batchesPerSelection(perSecond);
    const demands: Demands = {
      cpuSeconds: { gateway: cost },
      redisCpuSeconds: cost,
      redisCommands: cost,
      postgresCpuSeconds: cost,
      postgresCommits: cost,
      postgresIo: cost,
      walBytes: cost,
      storedBytes: cost,
      logBytes: cost,
    };
    return { perSecond, demands };
  };
  return { samples: [at(rates[0]), at(rates[1])], idleCores: {}, redisWaitingBytes: 0 };
}

test('seldom each selection has a batch of its own; often there is a batch every beat', () => {
  expect(batchesPerSelection(0.001)).toBeCloseTo(1, 6);
  expect(batchesPerSelection(10_000) * 10_000).toBeCloseTo(1 / 0.02, 6);
  const rates = [1, 5, 20, 60, 240, 1_000];
  const batches = rates.map(batchesPerSelection);
  expect(batches).toEqual(batches.toSorted((a, b) => b - a));
});

test('as many batches as a simulation of random arrivals counts', () => {
  // A linear congruential generator (Numerical Recipes), so that each run sees the same arrivals.
  let state = 1;
  const random = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return (state + 1) / 2 ** 32;
  };
  for (const perSecond of [10, 60, 300]) {
    const selections = 50_000;
    let [now, begun, batches] = [0, Number.NEGATIVE_INFINITY, 0];
    for (let n = 0; n < selections; n += 1) {
      now -= Math.log(random()) / perSecond;
      if (now <= begun) continue;
      // Who comes within the beat of a batch is in the one that begins when the beat is over.
      begun = Math.max(now, begun + 0.02);
      batches += 1;
    }
    expect(batches / selections / batchesPerSelection(perSecond)).toBeCloseTo(1, 1);
  }
});

test('two samples tell what every other rate costs', () => {
  const { cpuSeconds, walBytes } = demandsAt(100, costing(3, 5, 20, 240));
  expect(walBytes).toBeCloseTo(3 + 5 * batchesPerSelection(100), 9);
  expect(cpuSeconds['gateway']).toBeCloseTo(walBytes, 9);
});

test('beyond the samples no cost falls faster than the number of batches', () => {
  const atHigh = demandsAt(240, costing(-0.1, 5, 20, 240)).walBytes;
  const beyond = demandsAt(2_400, costing(-0.1, 5, 20, 240)).walBytes;
  expect(beyond / atHigh).toBeCloseTo(batchesPerSelection(2_400) / batchesPerSelection(240), 9);
});
