import { fitLogit } from 'trainer/ranker/conditional-logit';
import type { TrainingExamples } from 'trainer/ranker/examples';
import { importanceWeights } from 'trainer/ranker/importance-weights';
import type { Metric } from '../metric.ts';
import { numbersFrom } from '../quality/random.ts';

/** The most that a fit reads; see `loadExamples` of the trainer. */
const selections = 100_000;
const users = 10_000;
const shown = 4;
const names = Array.from({ length: 12 }, (_, k) => `f${k}`);
const goalSeconds = 30;
const maxPerUser = 20;

/** Fits the ranker on as many selections as a fit reads, once; the trainer does so for each of four ridges. */
export function fitManySelections(): Metric {
  const examples = createExamples(numbersFrom(7));
  const start = performance.now();
  const { iterations } = fitLogit(examples, {
    prior: new Float64Array(names.length),
    ridge: 1,
    weights: importanceWeights(examples, maxPerUser),
    withPositions: true,
  });
  const seconds = (performance.now() - start) / 1_000;
  return {
    name: `fit of ${selections} picks: seconds against ${goalSeconds}`,
    ratio: seconds / goalSeconds,
    goal: { atMost: 1 },
    details: { seconds, iterations, features: names.length, shown },
    limit: 'nothing is waited for: one thread of this machine computes all the time',
  };
}

/** Features in [−1, 1], selected by utilities from −1 to 1 and Gumbel noise. */
function createExamples(random: () => number): TrainingExamples {
  const hypotheses = selections * shown;
  const values = Float64Array.from({ length: hypotheses * names.length }, () => random() * 2 - 1);
  const utility = (row: number) =>
    names.reduce((sum, _, k) => sum + (k / 6 - 1) * (values[row * names.length + k] ?? 0), 0) -
    Math.log(-Math.log(random() || 1e-12));
  const selected = Uint32Array.from({ length: selections }, (_, i) => {
    const utilities = Array.from({ length: shown }, (_hypothesis, k) => utility(i * shown + k));
    return i * shown + utilities.indexOf(Math.max(...utilities));
  });
  return {
    names,
    values,
    positions: Uint8Array.from({ length: hypotheses }, (_, row) => 1 + (row % shown)),
    propensities: new Float64Array(hypotheses).fill(0.95),
    starts: Uint32Array.from({ length: selections + 1 }, (_, i) => i * shown),
    selected,
    users: Uint32Array.from({ length: selections }, (_, i) => i % users),
  };
}
