import { HashIndex } from '../../text/hash-index.ts';
import { type FeatureMatrix, families, maxFeatures } from './candidate-features.ts';
import prior from './prior.json' with { type: 'json' };

/** By family: the variance of the weights around those of the level above, before any selection. */
export const priorVariances = {
  tenant: Float64Array.from(families, (family) => prior.tenant[family]),
  user: Float64Array.from(families, (family) => prior.user[family]),
};

export interface UtilityExample {
  features: FeatureMatrix;
  /** Row of the selected candidate. */
  selected: number;
  /** 1 counts as one selection, 0 as none. */
  weight: number;
}

/** What a weight is, and what is known of it; a structured clone goes to another thread. */
export interface UtilityWeights {
  /** Of the features, in the order in which they were first seen. */
  keys: Int32Array;
  /** Of the level above, when the feature was first seen. */
  above: Float64Array;
  /** Departure from the level above: mean and variance of a normal distribution. */
  means: Float64Array;
  variances: Float64Array;
}

const expectedFeatures = 512;

/**
 * Weights of a conditional logit (McFadden 1974), learned one selection at a time. Each has a normal distribution of its
 * own around the weight of the model above, or around 0. The result depends only on the examples and their order.
 */
export class UtilityModel {
  readonly #index = new HashIndex(expectedFeatures);
  readonly #prior: Float64Array;
  readonly #above: UtilityModel | null;
  #weights: UtilityWeights = newWeights(expectedFeatures);

  constructor(prior: Float64Array, above: UtilityModel | null = null) {
    this.#prior = prior;
    this.#above = above;
  }

  /** A model with the same weights, that learned them elsewhere. */
  static from(weights: UtilityWeights, prior: Float64Array): UtilityModel {
    const model = new UtilityModel(prior);
    for (const key of weights.keys) model.#index.add(key);
    model.#weights = weights;
    return model;
  }

  /** Number of features that any example had. */
  get size(): number {
    return this.#index.size;
  }

  get weights(): UtilityWeights {
    const size = this.#index.size;
    const { keys, above, means, variances } = this.#weights;
    return {
      keys: keys.slice(0, size),
      above: above.slice(0, size),
      means: means.slice(0, size),
      variances: variances.slice(0, size),
    };
  }

  /** Without the weight of the model above; 0 for a feature that no example had. */
  departureOf(key: number): number {
    return this.#weights.means[this.#index.get(key)] ?? 0;
  }

  priorVariance(family: number): number {
    return this.#prior[family] ?? 0;
  }

  /** Variance that the examples took away from a weight, from 0 to its prior variance. */
  knownVariance(key: number, family: number): number {
    const place = this.#index.get(key);
    return place < 0 ? 0 : this.priorVariance(family) - (this.#weights.variances[place] ?? 0);
  }

  /**
   * A step of the extended Kalman filter with a diagonal covariance (Särkkä 2013, "Bayesian Filtering and Smoothing",
   * chapter 5).
   */
  learn({ features, selected, weight }: UtilityExample): void {
    const count = features.keys.length;
    const { places, sums } = scratch;
    this.#findPlaces(features);
    const { above, means, variances } = this.#weights;
    for (let k = 0; k < count; k += 1) {
      const place = places[k] ?? 0;
      sums[k] = (above[place] ?? 0) + (means[place] ?? 0);
    }
    const { expected, spread } = computeMoments(features, toProbabilities(features, sums));
    let total = 0;
    for (let k = 0; k < count; k += 1) total += (spread[k] ?? 0) * (variances[places[k] ?? 0] ?? 0);
    const damping = weight / (1 + weight * total);
    for (let k = 0; k < count; k += 1) {
      const place = places[k] ?? 0;
      const gain = damping * (variances[place] ?? 0);
      const surprise = (features.values[selected * count + k] ?? 0) - (expected[k] ?? 0);
      means[place] = (means[place] ?? 0) + gain * surprise;
      variances[place] = (variances[place] ?? 0) * (1 - gain * (spread[k] ?? 0));
    }
  }

  #findPlaces({ keys, families: ofKeys }: FeatureMatrix): void {
    for (let k = 0; k < keys.length; k += 1) {
      const known = this.#index.size;
      const place = this.#index.add(keys[k] ?? 0);
      if (place === known) this.#begin(place, keys[k] ?? 0, ofKeys[k] ?? 0);
      scratch.places[k] = place;
    }
  }

  #begin(place: number, key: number, family: number): void {
    if (place === this.#weights.means.length) this.#weights = growWeights(this.#weights);
    this.#weights.keys[place] = key;
    this.#weights.above[place] = this.#above?.departureOf(key) ?? 0;
    this.#weights.variances[place] = this.#prior[family] ?? 0;
  }
}

const newWeights = (size: number): UtilityWeights => ({
  keys: new Int32Array(size),
  above: new Float64Array(size),
  means: new Float64Array(size),
  variances: new Float64Array(size),
});

function growWeights({ keys, above, means, variances }: UtilityWeights): UtilityWeights {
  const larger = newWeights(2 * means.length + 1);
  larger.keys.set(keys);
  larger.above.set(above);
  larger.means.set(means);
  larger.variances.set(variances);
  return larger;
}

/** Oldest first. */
export function fitUtilities(
  examples: Iterable<UtilityExample>,
  prior: Float64Array,
  above: UtilityModel | null = null,
): UtilityModel {
  const model = new UtilityModel(prior, above);
  for (const example of examples) model.learn(example);
  return model;
}

/** What the departures of a model give each candidate. */
export function utilitiesOf(features: FeatureMatrix, model: UtilityModel): Float64Array {
  const weights = Float64Array.from(features.keys, (key) => model.departureOf(key));
  return Float64Array.from({ length: features.rows }, (_, row) => weighRow(features, row, weights));
}

/**
 * Share of the prior variance of the differences between the candidates that examples took away, in [0, 1).
 * `models` are the levels.
 */
export function computeKnownShare(features: FeatureMatrix, models: readonly UtilityModel[]): number {
  const { spread } = computeMoments(features, new Float64Array(features.rows).fill(1 / features.rows));
  let [known, all] = [0, 0];
  for (const [k, key] of features.keys.entries()) {
    const family = features.families[k] ?? 0;
    for (const model of models) {
      known += (spread[k] ?? 0) * model.knownVariance(key, family);
      all += (spread[k] ?? 0) * model.priorVariance(family);
    }
  }
  return all === 0 ? 0 : known / all;
}

/** Reused by all models: to allocate these for each example would take half of the time. Nothing in them is kept. */
const scratch = {
  places: new Int32Array(maxFeatures),
  sums: new Float64Array(maxFeatures),
  expected: new Float64Array(maxFeatures),
  spread: new Float64Array(maxFeatures),
};

/** Softmax of the utilities. */
function toProbabilities(features: FeatureMatrix, weights: Float64Array): Float64Array {
  const probabilities = new Float64Array(features.rows);
  let best = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < features.rows; row += 1) {
    const utility = weighRow(features, row, weights);
    probabilities[row] = utility;
    best = Math.max(best, utility);
  }
  let total = 0;
  for (let row = 0; row < features.rows; row += 1) {
    probabilities[row] = Math.exp((probabilities[row] ?? 0) - best);
    total += probabilities[row] ?? 0;
  }
  for (let row = 0; row < features.rows; row += 1) probabilities[row] = (probabilities[row] ?? 0) / total;
  return probabilities;
}

function weighRow({ keys, values }: FeatureMatrix, row: number, weights: Float64Array): number {
  const count = keys.length;
  let sum = 0;
  for (let k = 0; k < count; k += 1) sum += (weights[k] ?? 0) * (values[row * count + k] ?? 0);
  return sum;
}

/** Mean and variance of each feature over the candidates, by their probabilities. */
function computeMoments({ keys, values, rows }: FeatureMatrix, probabilities: Float64Array) {
  const { expected, spread } = scratch;
  const count = keys.length;
  for (let k = 0; k < count; k += 1) {
    let [mean, squares] = [0, 0];
    for (let row = 0; row < rows; row += 1) {
      const value = values[row * count + k] ?? 0;
      const part = (probabilities[row] ?? 0) * value;
      mean += part;
      squares += part * value;
    }
    expected[k] = mean;
    spread[k] = Math.max(0, squares - mean * mean);
  }
  return { expected, spread };
}
