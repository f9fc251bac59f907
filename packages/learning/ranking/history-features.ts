import type { ContrastLikeness, contraster } from './contrast-features.ts';
import { keptChoice, type RememberedChoice, rememberedChoice } from './encoded-selections.ts';
import type { PastChoice } from './past-selection.ts';
import { type Situation, situationLikeness } from './ranking-context.ts';

/** How far a past choice counts; tuned on the training part of the quality sets. */
const reach = {
  /** How sharply choices in the likest situations outweigh the others. */
  sharpness: 12,
  /** Likeness of situations at which a choice alone counts half of what it could. */
  half: 0.55,
  /** Choices with a smaller share of the attention are left out, and all beyond so many. */
  leastShare: 0.005,
  most: 12,
  halfLifeDays: 180,
};

/** Whose choices are looked at, and how readily they are believed. */
export interface Voices {
  remember: (choice: PastChoice) => RememberedChoice;
  /** Likeness beyond which situations count as the same. */
  sameFrom: number;
  /** What silence weighs, against a choice in the same situation (tenant) or in a half alike one (own). */
  silence: number;
}

/** One's own choice of the very same question is the best witness there is. */
export const ownVoice: Voices = { remember: rememberedChoice, sameFrom: 2, silence: 1 };

/** Others may have other tastes: a single voice is hardly heard, and eight that agree are half believed. */
export const otherVoices: Voices = { remember: keptChoice, sameFrom: 1, silence: 8 * attention(1) };

const dayMs = 86_400_000;

/**
 * Each option of the situation against the past choices. Choices share one attention, by how alike the situations
 * are (Nadaraya–Watson), with a part for "no choice says anything": few or distant choices move little.
 */
export function choiceFeatures(
  situation: Situation,
  contrastOf: ReturnType<typeof contraster>,
  choices: PastChoice[],
  now: Date,
  voices: Voices,
): ContrastLikeness[] {
  const weighed = choices.map((past) => {
    const choice = voices.remember(past);
    return { choice, weight: weightOf(choice, past.at, situation, now, voices) };
  });
  const total = weighed.reduce((sum, { weight }) => sum + weight, voices.silence);
  const sums = situation.options.map(() => ({ terms: 0, words: 0, direction: 0 }));
  for (const { choice, weight } of heaviest(weighed, total)) {
    for (const [i, likeness] of contrastOf(choice).entries()) addLikeness(sums[i], likeness, weight / total);
  }
  return sums;
}

interface Weighed {
  choice: RememberedChoice;
  weight: number;
}

/** Those that have a say; the others would cost time and change nothing. */
function heaviest(weighed: Weighed[], total: number): Weighed[] {
  return weighed
    .filter(({ weight }) => weight > total * reach.leastShare)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, reach.most);
}

function weightOf(
  { theme }: RememberedChoice,
  at: Date,
  situation: Situation,
  now: Date,
  { sameFrom }: Voices,
): number {
  const alike = Math.min(sameFrom, situationLikeness(situation, theme));
  const age = Math.max(0, now.getTime() - at.getTime()) / dayMs;
  return attention(alike) * 0.5 ** (age / reach.halfLifeDays);
}

/** What a choice weighs by the likeness of its situation; 1 for a half alike one. */
function attention(alike: number): number {
  return Math.exp(reach.sharpness * (alike - reach.half));
}

function addLikeness(sum: ContrastLikeness | undefined, likeness: ContrastLikeness, share: number): void {
  if (sum === undefined) return;
  sum.terms += share * likeness.terms;
  sum.words += share * likeness.words;
  sum.direction += share * likeness.direction;
}
