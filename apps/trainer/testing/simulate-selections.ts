import type { ExampleHypothesis, TrainingExample } from '../ranker/examples.ts';
import { seeded } from './seeded.ts';

interface Population {
  users: number;
  selectionsPerUser: number;
  /** What users go by: utility of each feature. */
  trueWeights: Record<string, number>;
  /** What the serving ranker goes by. */
  servedWeights: Record<string, number>;
  /** Utility lost with each further position. */
  positionBias: number;
  exploration: number;
  seed: number;
  hypothesesPerInteraction?: number;
}

/** Interactions in served order, neighbours sometimes swapped, with selections by utility and position. */
export function simulateSelections(population: Population): TrainingExample[] {
  const random = seeded(population.seed);
  return Array.from({ length: population.users }, (_, user) =>
    Array.from({ length: population.selectionsPerUser }, () =>
      simulateSelection(`user-${user}`, population, random),
    ),
  ).flat();
}

function simulateSelection(user: string, population: Population, random: () => number): TrainingExample {
  const {
    hypothesesPerInteraction: count = 4,
    trueWeights,
    servedWeights,
    positionBias,
    exploration,
  } = population;
  const drawn = Array.from({ length: count }, () =>
    Object.fromEntries(Object.keys(trueWeights).map((name) => [name, random() * 2 - 1])),
  ).sort((a, b) => score(b, servedWeights) - score(a, servedWeights));
  const swap = random() < exploration ? Math.floor(random() * (count - 1)) : null;
  if (swap !== null) drawn.splice(swap, 2, ...drawn.slice(swap, swap + 2).reverse());
  const utilities = drawn.map(
    (features, i) => score(features, trueWeights) - positionBias * i + gumbel(random),
  );
  const selected = utilities.indexOf(Math.max(...utilities));
  const hypotheses = drawn.map(
    (features, i): ExampleHypothesis => ({
      position: i + 1,
      propensity: propensity(i, swap, count, exploration),
      features,
      selected: i === selected,
    }),
  );
  return { user, hypotheses };
}

function propensity(index: number, swap: number | null, count: number, rate: number): number {
  const pairs = count - 1;
  if (swap !== null && (index === swap || index === swap + 1)) return rate / pairs;
  return 1 - (rate * ((index > 0 ? 1 : 0) + (index < pairs ? 1 : 0))) / pairs;
}

const score = (features: Record<string, number>, weights: Record<string, number>): number =>
  Object.entries(features).reduce((sum, [name, value]) => sum + value * (weights[name] ?? 0), 0);

const gumbel = (random: () => number): number => -Math.log(-Math.log(random() || 1e-12));
