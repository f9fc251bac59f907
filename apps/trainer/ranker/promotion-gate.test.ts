import { expect, it } from 'vitest';
import { promotionGate } from './promotion-gate.ts';

const surely = { mean: 0.2, low: 0.0001, high: 0.4 };
const perhaps = { mean: 0.2, low: 0, high: 0.4 };
const evaluation = {
  ...{ picks: 60, users: 20, log_loss_gain: surely, hit_gain: surely },
  candidate: { log_loss: 0.8, hit: 0.625 },
  serving: { log_loss: 1, hit: 0.5 },
};

it.each([
  ['20 users and both gains above 0', true, {}],
  ['19 users', false, { users: 19 }],
  ['a log-loss that may be the same', false, { log_loss_gain: perhaps }],
  ['first places that may be as many', false, { hit_gain: perhaps }],
  ['a gain that could not be estimated', false, { hit_gain: { ...surely, low: Number.NaN } }],
])('a ranker with %s: promoted is %s', (_, passed, changes) => {
  expect(promotionGate({ ...evaluation, ...changes }).passed).toBe(passed);
});

it('says in which direction what changed, for the person who decides', () => {
  expect(promotionGate(evaluation).reason).toBe(
    'passed the gate: first places 50.0 % → 62.5 % (gain 0.0001 to 0.4000), log-loss 1.000 → 0.800 (gain 0.0001 to 0.4000) on 60 picks of 20 held-out users',
  );
});

it('names every fault, so that nobody mends one and meets the next', () => {
  expect(promotionGate({ ...evaluation, users: 19, log_loss_gain: perhaps, hit_gain: perhaps }).reason).toBe(
    'only 19 held-out users, at least 20 are needed; log-loss is not surely better; first places are not surely more: ' +
      'first places 50.0 % → 62.5 % (gain 0.0000 to 0.4000), log-loss 1.000 → 0.800 (gain 0.0000 to 0.4000) on 60 picks of 19 held-out users',
  );
  expect(promotionGate({ ...evaluation, hit_gain: perhaps }).reason).toMatch(
    /^first places are not surely more: first/,
  );
});
