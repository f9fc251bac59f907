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
function run(rates: { control: number; canary: number }, answers: number, seed: number) {
  const random = seeded(seed);
  const users = Array.from({ length: 1_000 }, () => ({
    arm: random() < 0.1 ? ('canary' as const) : ('control' as const),
    habit: (random() - 0.5) * 0.4,
    n: 0,
    y: 0,
  }));
  for (let i = 1; i <= answers; i += 1) {
    const user = users[Math.floor(random() * users.length)];
    if (!user) continue;
    user.n += 1;
    if (random() < rates[user.arm] + user.habit) user.y += 1;
    if (i % 50 > 0) continue;
    const arms = (['control', 'canary'] as const).map((arm) =>
      armOf(
        arm,
        users.filter((someone) => someone.arm === arm && someone.n > 0),
      ),
    );
    const { decision } = decide(variants, arms);
    if (decision.kind !== 'continue') return { ...decision, answers: i };
  }
  return { kind: 'continue' as const, answers };
}

function armOf(arm: 'control' | 'canary', users: { n: number; y: number }[]): VariantStats {
  const sum = (of: (user: { n: number; y: number }) => number) =>
    users.reduce((total, user) => total + of(user), 0);
  const first_place = {
    users: users.length,
    n: sum(({ n }) => n),
    y: sum(({ y }) => y),
    nn: sum(({ n }) => n * n),
    yy: sum(({ y }) => y * y),
    ny: sum(({ n, y }) => n * y),
  };
  const model_id = arm === 'control' ? 'shipped' : 'canary';
  return {
    model_id,
    assigned: users.length,
    interactions: first_place.n,
    first_place,
    selection: none,
    satisfaction: none,
  };
}

it('decides without a difference in at most one of twenty experiments, though it looks all the time', () => {
  const decided = Array.from({ length: 200 }, (_, i) => run({ control: 0.6, canary: 0.6 }, 4_000, i)).filter(
    ({ kind }) => kind !== 'continue',
  );
  expect(decided.length).toBeLessThanOrEqual(10);
});

it('promotes a better variant and rolls a worse one back, within 2,000 answers at a tenth of the users', () => {
  for (let seed = 0; seed < 20; seed += 1) {
    expect(run({ control: 0.5, canary: 0.75 }, 4_000, seed).kind).toBe('promote');
    const bad = run({ control: 0.6, canary: 0.2 }, 2_000, seed);
    expect(bad.kind).toBe('roll_back');
  }
});

it('rolls back what users like less, though it is picked as often', () => {
  const same = { users: 100, n: 400, y: 240, nn: 1_600, yy: 576, ny: 960 };
  const liked = { users: 100, n: 100, y: 80, nn: 100, yy: 80, ny: 80 };
  const disliked = { users: 100, n: 100, y: 40, nn: 100, yy: 40, ny: 40 };
  const arm = (model_id: string, assigned: number, satisfaction: RatioSums): VariantStats => ({
    ...{ model_id, assigned, interactions: 400, first_place: same, selection: none, satisfaction },
  });
  const { decision } = decide(variants, [arm('shipped', 900, liked), arm('canary', 100, disliked)]);
  expect(decision).toMatchObject({ kind: 'roll_back', model_id: 'canary' });
  expect('reason' in decision && decision.reason).toContain('satisfaction rate 40.0 % against 80.0 %');
});

it('concludes nothing when users are not dealt out by the shares', () => {
  const good = armOf(
    'canary',
    Array.from({ length: 300 }, () => ({ n: 10, y: 9 })),
  );
  const base = armOf(
    'control',
    Array.from({ length: 900 }, () => ({ n: 10, y: 5 })),
  );
  const { decision } = decide(variants, [base, good]);
  expect(decision).toMatchObject({ kind: 'stop', outcome: 'invalid' });
});

it('takes chance for no mismatch, looked at after every user', () => {
  let alarms = 0;
  for (let seed = 0; seed < 300; seed += 1) {
    const random = seeded(seed);
    const counts = [0, 0];
    for (let user = 0; user < 2_000; user += 1) {
      const arm = random() < 0.9 ? 0 : 1;
      counts[arm] = (counts[arm] ?? 0) + 1;
      if (sampleRatioEvidence(counts, [0.9, 0.1]) < mismatchThreshold) continue;
      alarms += 1;
      break;
    }
  }
  expect(alarms).toBeLessThanOrEqual(1);
});

it('waits while there is too little to go by', () => {
  const few = armOf(
    'canary',
    Array.from({ length: 19 }, () => ({ n: 10, y: 0 })),
  );
  const base = armOf(
    'control',
    Array.from({ length: 171 }, () => ({ n: 10, y: 10 })),
  );
  expect(decide(variants, [base, few]).decision.kind).toBe('continue');
});
