import type { Option, TrainingExample } from '../ranker/examples.ts';
import { seeded } from './seeded.ts';

interface Population {
  users: number;
  picksPerUser: number;
  /** What users really go by: utility of each feature. */
  tastes: Record<string, number>;
  /** What was served: weight of each feature. */
  served: Record<string, number>;
  /** Utility that is lost with each place further down. */
  placeBias: number;
  exploration: number;
  seed: number;
  options?: number;
}

/** Displays sorted by what was served, neighbours swapped now and then, and picks by taste and place. */
export function simulateSelections(population: Population): TrainingExample[] {
  const random = seeded(population.seed);
  return Array.from({ length: population.users }, (_, user) =>
    Array.from({ length: population.picksPerUser }, () => pickOf(`user-${user}`, population, random)),
  ).flat();
}

function pickOf(user: string, population: Population, random: () => number): TrainingExample {
  const { options = 4, tastes, served, placeBias, exploration } = population;
  const drawn = Array.from({ length: options }, () =>
    Object.fromEntries(Object.keys(tastes).map((name) => [name, random() * 2 - 1])),
  ).sort((a, b) => weigh(b, served) - weigh(a, served));
  const swap = random() < exploration ? Math.floor(random() * (options - 1)) : null;
  if (swap !== null) drawn.splice(swap, 2, ...drawn.slice(swap, swap + 2).reverse());
  const utilities = drawn.map((features, i) => weigh(features, tastes) - placeBias * i + gumbel(random));
  const chosen = utilities.indexOf(Math.max(...utilities));
  const shown = drawn.map(
    (features, i): Option => ({
      position: i + 1,
      propensity: propensity(i, swap, options, exploration),
      features,
      chosen: i === chosen,
    }),
  );
  return { user, options: shown };
}

function propensity(place: number, swap: number | null, options: number, rate: number): number {
  const pairs = options - 1;
  if (swap !== null && (place === swap || place === swap + 1)) return rate / pairs;
  return 1 - (rate * ((place > 0 ? 1 : 0) + (place < pairs ? 1 : 0))) / pairs;
}

const weigh = (features: Record<string, number>, weights: Record<string, number>): number =>
  Object.entries(features).reduce((sum, [name, value]) => sum + value * (weights[name] ?? 0), 0);

const gumbel = (random: () => number): number => -Math.log(-Math.log(random() || 1e-12));
