import { memoize } from '@learning-loop/async/memoize';
import type { EncodedSelection, PastSelection } from '../history-features.ts';
import { encodeSelection } from '../history-features.ts';
import { packFeatures, toCandidateFeatures, toFeatureMatrix } from './candidate-features.ts';
import prior from './prior.json' with { type: 'json' };
import { explainUtilities } from './reasons.ts';
import {
  computeKnownShare,
  fitUtilities,
  priorVariances,
  type UtilityExample,
  type UtilityModel,
  utilitiesOf,
} from './utility-model.ts';

export interface UtilityFeatures {
  /** By how much this user departs from the tenant, by candidate, in utility. */
  own: number[];
  tenant: number[];
  /** Factor of the other evidence, in [0, 1]: 1 while nothing is known of these candidates. */
  restFactor: number;
  /** In words, by candidate. */
  reasons: string[][];
}

/** Newest first; more would cost time and say little. */
const maxSelections = 40;
const halfLifeDays = 180;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Utilities learned from the selections of the user, newest first, and of the tenant. They count as far as selections
 * told about just these candidates, so that one selection leaves another question to the other evidence.
 */
export function utilityFeatures(
  questions: readonly string[],
  selections: readonly PastSelection[],
  tenant: UtilityModel,
  now: Date,
): UtilityFeatures {
  const user = fitUser(selections, tenant, now);
  if (user.size + tenant.size === 0) return withoutSay(questions.length);
  const { candidates, features } = readCandidates(JSON.stringify(questions));
  const known = computeKnownShare(features, [user, tenant]);
  const say = known ** 2 / (known ** 2 + prior.half_known);
  return {
    own: Array.from(utilitiesOf(features, user), (utility) => say * utility),
    tenant: Array.from(utilitiesOf(features, tenant), (utility) => say * utility),
    restFactor: (1 - say) ** 2,
    reasons: explainUtilities(candidates, { user, tenant, say }),
  };
}

/** Few KB each. */
const maxCandidateSets = 1_000;

/** By the questions as JSON. Applications offer the same choices again and again. */
const readCandidates = memoize((json) => {
  const candidates = toCandidateFeatures(JSON.parse(json));
  return { candidates, features: packFeatures(candidates) };
}, maxCandidateSets);

const withoutSay = (count: number): UtilityFeatures => ({
  own: Array.from({ length: count }, () => 0),
  tenant: Array.from({ length: count }, () => 0),
  restFactor: 1,
  reasons: Array.from({ length: count }, () => []),
});

interface FittedUser {
  user: UtilityModel;
  tenant: UtilityModel;
  hour: number;
}

const fitted = new WeakMap<readonly PastSelection[], FittedUser>();

/** Fitted anew when the selections or the tenant's model are others, and each hour, by which selections age. */
function fitUser(selections: readonly PastSelection[], tenant: UtilityModel, now: Date): UtilityModel {
  const hour = Math.floor(now.getTime() / hourMs);
  const known = fitted.get(selections);
  if (known?.tenant === tenant && known.hour === hour) return known.user;
  const examples = toUtilityExamples(selections.slice(0, maxSelections), new Date(hour * hourMs));
  const user = fitUtilities(examples, priorVariances.user, tenant);
  fitted.set(selections, { user, tenant, hour });
  return user;
}

/**
 * Newest first in, oldest first out; without selections of none, which compare nothing. `weights` are 1 by default and
 * shrink with age.
 */
export function toUtilityExamples(
  selections: readonly PastSelection[],
  now: Date,
  weights?: readonly number[],
): UtilityExample[] {
  return selections
    .flatMap((selection, i) => {
      const age = Math.max(0, now.getTime() - selection.at.getTime()) / dayMs;
      const weight = (weights?.[i] ?? 1) * 0.5 ** (age / halfLifeDays);
      const encoded = encode(selection);
      return encoded.selected < 0 ? [] : [{ ...encoded, weight }];
    })
    .reverse();
}

type Encoded = Omit<UtilityExample, 'weight'>;
const cache = new WeakMap<EncodedSelection, Encoded>();

function encode(selection: PastSelection): Encoded {
  const key = encodeSelection(selection);
  const cached = cache.get(key);
  if (cached !== undefined) return cached;
  const encoded = {
    features: toFeatureMatrix(selection.shown.map(({ question }) => question)),
    selected: selection.shown.findIndex(({ chosen }) => chosen),
  };
  cache.set(key, encoded);
  return encoded;
}
