import type { RatioSums, VariantStats } from '@learning-loop/db/training/variant-stats';
import { expect, it } from 'vitest';
import { seeded } from '../testing/seeded.ts';
import { decide } from './decide.ts';
import { mismatchThreshold, sampleRatioEvidence } from './sample-ratio.ts';

const variants = [
  { model_id: 'shipped', weight: 0.9 },
  { model_id: 'canary', weight: 0.1 },
];
const none: RatioSums = { users: 0, n: 0, y: 0, nn: 0, yy: 0, ny: 0 };

/** Answers come one by one, each from a user who has habits of their own; looked at after every 50. */
function run(rates: { shipped: number; canary: number }, answers: number, seed: number) {
  const random = seeded(seed);
  const users = Array.from({ length: 1_000 }, () => ({
    model: random() < 0.1 ? ('canary' as const) : ('shipped' as const),
    habit: (random() - 0.5) * 0.4,
    n: 0,
    y: 0,
  }));
  const sums = { shipped: { ...none }, canary: { ...none } };
  for (let i = 1; i <= answers; i += 1) {
    const user = users[Math.floor(random() * users.length)];
    if (!user) continue;
    addAnswer(sums[user.model], user, random() < rates[user.model] + user.habit ? 1 : 0);
    if (i % 50 > 0) continue;
    const { decision } = decide(variants, [toStats('shipped', sums.shipped), toStats('canary', sums.canary)]);
    if (decision.kind !== 'continue') return decision.kind;
  }
  return 'continue';
}

/** Adds an answer to the user and to the sums over users. */
function addAnswer(sums: RatioSums, user: { n: number; y: number }, right: 0 | 1): void {
  const [n, y] = [user.n + 1, user.y + right];
  sums.users += user.n === 0 ? 1 : 0;
  sums.n += 1;
  sums.y += right;
  sums.nn += n ** 2 - user.n ** 2;
  sums.yy += y ** 2 - user.y ** 2;
  sums.ny += n * y - user.n * user.y;
  Object.assign(user, { n, y });
}

const toStats = (model_id: string, sums: RatioSums): VariantStats => ({
  ...{ model_id, assigned: sums.users, interactions: sums.n, selection: none, satisfaction: none },
  first_place: { ...sums },
});

it('decides without a difference in at most one of twenty experiments, though it looks all the time', () => {
  const decided = Array.from({ length: 200 }, (_, seed) => run({ shipped: 0.6, canary: 0.6 }, 4_000, seed));
  expect(decided.filter((kind) => kind !== 'continue').length).toBeLessThanOrEqual(10);
});

it('promotes a better variant within 4,000 answers, and rolls a worse one back within 2,000, at a tenth of the users', () => {
  for (let seed = 0; seed < 20; seed += 1) {
    expect(run({ shipped: 0.5, canary: 0.75 }, 4_000, seed)).toBe('promote');
    expect(run({ shipped: 0.6, canary: 0.2 }, 2_000, seed)).toBe('roll_back');
  }
});

it('takes chance for no mismatch, looked at after every user', () => {
  let alarms = 0;
  for (let seed = 0; seed < 100; seed += 1) {
    const random = seeded(seed);
    const counts = [0, 0];
    for (let user = 0; user < 1_000; user += 1) {
      const variant = random() < 0.9 ? 0 : 1;
      counts[variant] = (counts[variant] ?? 0) + 1;
      if (sampleRatioEvidence(counts, [0.9, 0.1]) < mismatchThreshold) continue;
      alarms += 1;
      break;
    }
  }
  expect(alarms).toBeLessThanOrEqual(1);
});
