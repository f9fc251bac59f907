import { expect, test } from 'vitest';
import { batchesPerSelection } from './batches.ts';
import type { Costs, Demands } from './demands.ts';
import { backlogSeconds, limits, planFor } from './plan.ts';

const demands: Demands = {
  cpuSeconds: { gateway: 0.001, worker: 0.0005 },
  redisCpuSeconds: 0.0002,
  redisCommands: 30,
  postgresCpuSeconds: 0.001,
  postgresCommits: 2,
  postgresIo: 2,
  walBytes: 8_192,
  storedBytes: 4_096,
  logBytes: 1_000,
};
/** Here a batch costs nothing, so that every rate costs the same. */
const costs: Costs = {
  samples: [
    { perSecond: 20, demands },
    { perSecond: 240, demands },
  ],
  idleCores: {},
  redisWaitingBytes: 1_024,
};
const machine = { postgresCores: 10, iops: 10_000, diskBytesPerSecond: 1e9, redisMemoryBytes: 2 ** 34 };
const comfort = { busyAtMost: 0.5, waitSecondsAtMost: 1 };

test('the first limit is what is exhausted at the lowest rate, and names what lifts it', () => {
  const [first, second] = limits(costs, machine, comfort);
  // 0.5 · 10,000 operations / 2; 0.5 / 0.2 ms of one thread.
  expect(first).toMatchObject({
    name: 'Postgres I/O operations',
    perSecond: 2_500,
    lift: expect.any(String),
  });
  expect(second).toMatchObject({ name: 'Redis CPU', perSecond: 2_500 });
});

test('a plan says how many of each, and what does not suffice', () => {
  const plan = planFor(1_000, costs, machine, comfort);
  expect(plan.processes).toEqual({ gateway: 2, worker: 1 });
  expect(plan).toMatchObject({ postgresCores: 2, iops: 2_000, redisMb: (1_000 * backlogSeconds) / 1_024 });
  expect(plan.exhausted).toEqual([]);
  expect(planFor(3_000, costs, machine, comfort).exhausted.map(({ name }) => name)).toEqual([
    'Postgres I/O operations',
    'Redis CPU',
  ]);
});

test('ten times the rate never needs less, and what is exhausted stays so', () => {
  let before = planFor(1, costs, machine, comfort);
  for (const rate of [10, 100, 1_000, 10_000, 100_000]) {
    const plan = planFor(rate, costs, machine, comfort);
    for (const [app, count] of Object.entries(before.processes))
      expect(plan.processes[app]).toBeGreaterThanOrEqual(count);
    for (const { name } of before.exhausted)
      expect(plan.exhausted.map((limit) => limit.name)).toContain(name);
    expect(plan.redisMb).toBeCloseTo(before.redisMb * 10, 6);
    before = plan;
  }
});

test('where more selections share a batch each gateway bears more of them', () => {
  const sample = (perSecond: number) => {
    const seconds = 0.0001 + 0.001 * batchesPerSelection(perSecond);
    return { perSecond, demands: { ...demands, cpuSeconds: { gateway: seconds, worker: seconds } } };
  };
  const batched: Costs = { ...costs, samples: [sample(20), sample(240)] };
  const plan = planFor(10_000, batched, machine, comfort);
  // With its 50 batches a second a gateway that is half busy bears 4,500; at the cost of 240 a second it bore 1,600.
  expect(plan.processes).toEqual({ gateway: 3, worker: 3 });
});
