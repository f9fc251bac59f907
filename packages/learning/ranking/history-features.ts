import { joined } from '../text/hash-index.ts';
import { type Subject, type TextVector, vectorOf } from '../text/text-vector.ts';
import { directionOf, dot } from '../text/vector.ts';
import { type Situation, situationLikeness, themeOf } from './ranking-context.ts';

/** What a user once was shown for a text, and what they chose of it; none chosen says that all were rejected. */
export interface PastChoice {
  input_text: string;
  at: Date;
  shown: { question: string; chosen: boolean }[];
}

/** How much nearer an option is to the chosen than to the rejected, each in [-1, 1]. */
export interface ContrastLikeness {
  /** By the same words. */
  terms: number;
  /** By the same things in other words. */
  words: number;
  /** By the direction that leads from the rejected to the chosen. */
  direction: number;
}

/** Compares each option of a situation with past choices; a text that returns among them is compared once. */
export function contraster({
  options,
  terms,
  words,
}: Situation): (past: RememberedChoice) => ContrastLikeness[] {
  const meanings = options.map(({ meaning }) => meaning);
  const directions = meanings.map((meaning) => directionOf(meaning, meanings));
  const seen = new Map<TextVector, { terms: Float64Array; words: Float64Array }>();
  const look = (text: TextVector) => {
    const known = seen.get(text) ?? { terms: terms(text), words: words(text) };
    seen.set(text, known);
    return known;
  };
  return ({ chosen, rejected, towards }) => {
    const taken = chosen === null ? null : look(chosen);
    const left = rejected.map(look);
    const difference = (kind: 'terms' | 'words', i: number) =>
      (taken?.[kind][i] ?? 0) -
      left.reduce((sum, text) => sum + (text[kind][i] ?? 0), 0) / Math.max(1, left.length);
    return directions.map((direction, i) => ({
      terms: difference('terms', i),
      words: difference('words', i),
      direction: towards === null ? 0 : dot(direction, towards),
    }));
  };
}

/** A past choice as the ranker compares it. */
export interface RememberedChoice {
  theme: Subject;
  /** Null when all were rejected. */
  chosen: TextVector | null;
  rejected: TextVector[];
  /** From the middle of what was shown to what was chosen; null when nothing was. */
  towards: Float32Array | null;
}

interface Entry {
  /** The request's text, and those shown. */
  texts: TextVector[];
  pick: number;
  choice: RememberedChoice;
}

/** What was made ready of choices that are kept: nothing of their texts is looked at again. */
const kept = new WeakMap<PastChoice, RememberedChoice>();

/** The same for choices that the caller keeps and brings again, as those of a tenant. */
function keptChoice(choice: PastChoice): RememberedChoice {
  const known = kept.get(choice);
  if (known !== undefined) return known;
  const made = rememberedChoice(choice);
  kept.set(choice, made);
  return made;
}

/** At about 3 KB each. */
const most = 8_000;
let young = new Map<number, Entry>();
let old = new Map<number, Entry>();

/**
 * The choice made ready, from memory where it was met before: by its texts, since it is read anew for every request.
 * The hash finds the entry; the texts themselves tell whether it is the one.
 */
export function rememberedChoice(choice: PastChoice): RememberedChoice {
  const texts = [choice.input_text, ...choice.shown.map(({ question }) => question)].map(vectorOf);
  const pick = choice.shown.findIndex(({ chosen }) => chosen);
  const key = texts.reduce((hash, { serial }) => joined(hash, serial), pick);
  const found = young.get(key) ?? old.get(key);
  const entry = found !== undefined && isOf(found, texts, pick) ? found : made(choice, texts, pick);
  if (young.size >= most) {
    old = young;
    young = new Map();
  }
  young.set(key, entry);
  return entry.choice;
}

function isOf(entry: Entry, texts: TextVector[], pick: number): boolean {
  if (entry.pick !== pick || entry.texts.length !== texts.length) return false;
  return texts.every((text, i) => entry.texts[i] === text);
}

function made({ input_text, shown }: PastChoice, texts: TextVector[], pick: number): Entry {
  const theme = heaviestTerms(
    themeOf(
      input_text,
      shown.map(({ question }) => question),
    ),
  );
  const options = texts.slice(1);
  const chosen = options[pick] ?? null;
  const rejected = options.filter((_, i) => i !== pick);
  const towards =
    chosen === null
      ? null
      : directionOf(
          chosen.meaning,
          options.map((option) => option.meaning),
        );
  return { texts, pick, choice: { theme, chosen, rejected, towards } };
}

/** So many of a theme's words and pieces are compared; the lighter ones hardly tell. */
const mostKeys = 64;

function heaviestTerms({ keys, weights, meaning }: Subject): Subject {
  const least = weights.toSorted().at(-mostKeys) ?? 0;
  const heavy = weights.map((weight) => (weight >= least ? 1 : 0));
  return {
    keys: keys.filter((_, i) => heavy[i] === 1),
    weights: weights.filter((_, i) => heavy[i] === 1),
    meaning,
  };
}

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
  for (const { choice, weight } of heaviestSelections(weighed, total)) {
    for (const [i, likeness] of contrastOf(choice).entries()) addLikeness(sums[i], likeness, weight / total);
  }
  return sums;
}

interface Weighed {
  choice: RememberedChoice;
  weight: number;
}

/** Those that have a say; the others would cost time and change nothing. */
function heaviestSelections(weighed: Weighed[], total: number): Weighed[] {
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
