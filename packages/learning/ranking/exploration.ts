import type { Hypothesis } from '@learning-loop/events/fields';
import type { RankedCandidate } from './rank.ts';

/**
 * With probability `rate` swaps one uniformly drawn pair of neighbours. With the propensities, training can correct for
 * position bias (Joachims et al. 2017, "Unbiased Learning-to-Rank with Biased Feedback").
 */
export function explore(ranked: RankedCandidate[], rate: number, random: () => number): Hypothesis[] {
  const pairs = ranked.length - 1;
  const swapped = pairs > 0 && random() < rate ? Math.min(pairs - 1, Math.floor(random() * pairs)) : null;
  return ranked.map((_, position) => {
    const place = swapped === null ? position : swapPlaces(position, swapped);
    return toHypothesis(ranked, place, position, rate);
  });
}

function swapPlaces(position: number, first: number): number {
  if (position === first) return first + 1;
  return position === first + 1 ? first : position;
}

function toHypothesis(ranked: RankedCandidate[], place: number, position: number, rate: number): Hypothesis {
  const item = ranked[place];
  if (item === undefined) throw new RangeError(`no hypothesis at place ${place}`);
  return {
    id: `h${position + 1}`,
    question: item.candidate.question,
    rationale: item.candidate.rationale || explainRank(item),
    confidence: item.confidence,
    raw_confidence: item.confidence,
    position: position + 1,
    score: item.score,
    propensity: computePropensity(ranked.length, place, position, rate),
    features: item.features,
    reasons: item.reasons,
  };
}

/** By what speaks most for a candidate; the strongest first where several do equally. */
const explanations: Readonly<Record<string, string>> = {
  preference: 'Fits what you like',
  goal: 'Fits one of your goals',
  chosen_terms: 'Like what you selected before',
  chosen_words: 'Like what you selected before',
  tenant_terms: 'Like what others selected',
  tenant_words: 'Like what others selected',
};
const minFeature = 0.05;

/** For a candidate whose author gives no reason, such as a model that writes questions only. */
function explainRank({ reasons: [reason], features }: RankedCandidate): string {
  if (reason !== undefined) return reason.charAt(0).toUpperCase() + reason.slice(1);
  const value = (name: string) => features[name] ?? 0;
  const [best] = Object.keys(explanations).sort((a, b) => value(b) - value(a));
  if (best === undefined || value(best) < minFeature) return 'One way to read the request';
  return explanations[best] ?? '';
}

/** Probability that the candidate ranked at `place` is shown at `position`, both from 0. */
function computePropensity(count: number, place: number, position: number, rate: number): number {
  const pairs = count - 1;
  if (pairs < 1) return 1;
  if (place !== position) return rate / pairs;
  const pairsOfPlace = (place > 0 ? 1 : 0) + (place < pairs ? 1 : 0);
  return 1 - (rate * pairsOfPlace) / pairs;
}
