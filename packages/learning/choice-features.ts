import { type ContrastLikeness, contrastLikeness } from './contrast.ts';
import type { PastChoice } from './past-choice.ts';
import { type Situation, situationLikeness, situationOf } from './situation.ts';
import { vectorOf } from './text/text-vector.ts';

/** How far a past choice counts; tuned on the training part of the quality sets. */
export const reach = {
  /** How sharply choices in the likest situations outweigh the others. */
  sharpness: 12,
  /** Likeness of situations at which a choice alone counts half of what it could. */
  half: 0.55,
  /** Choices with a smaller share of the attention are left out, and all beyond so many. */
  leastShare: 0.005,
  most: 24,
  halfLifeDays: 180,
};

const dayMs = 86_400_000;

/**
 * Each option of the situation against the past choices. Choices share one attention, by how alike the situations
 * are (Nadaraya–Watson), with a part for "no choice says anything": few or distant choices move little.
 */
export function choiceFeatures(situation: Situation, choices: PastChoice[], now: Date): ContrastLikeness[] {
  const weighed = choices.map((choice) => ({ choice, weight: weightOf(choice, situation, now) }));
  const total = weighed.reduce((sum, { weight }) => sum + weight, 1);
  const sums = situation.options.map(() => ({ terms: 0, words: 0, direction: 0 }));
  for (const { choice, weight } of heaviest(weighed, total)) {
    const likenesses = contrastLikeness(situation.options, contrastOf(choice));
    for (const [i, likeness] of likenesses.entries()) addLikeness(sums[i], likeness, weight / total);
  }
  return sums;
}

interface Weighed {
  choice: PastChoice;
  weight: number;
}

/** Those that have a say; the others would cost time and change nothing. */
function heaviest(weighed: Weighed[], total: number): Weighed[] {
  return weighed
    .filter(({ weight }) => weight > total * reach.leastShare)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, reach.most);
}

/** 1 is as much as silence weighs. */
function weightOf(choice: PastChoice, situation: Situation, now: Date): number {
  const past = situationOf(
    choice.input_text,
    choice.shown.map(({ question }) => question),
  );
  const age = Math.max(0, now.getTime() - choice.at.getTime()) / dayMs;
  return (
    Math.exp(reach.sharpness * (situationLikeness(past, situation) - reach.half)) *
    0.5 ** (age / reach.halfLifeDays)
  );
}

function contrastOf({ shown }: PastChoice) {
  const chosen = shown.find((option) => option.chosen);
  return {
    chosen: chosen === undefined ? null : vectorOf(chosen.question),
    rejected: shown.filter((option) => !option.chosen).map((option) => vectorOf(option.question)),
  };
}

function addLikeness(sum: ContrastLikeness | undefined, likeness: ContrastLikeness, share: number): void {
  if (sum === undefined) return;
  sum.terms += share * likeness.terms;
  sum.words += share * likeness.words;
  sum.direction += share * likeness.direction;
}
