import { combineHashes } from '../text/hash-index.ts';
import { type TextDocument, type TextVector, toTextVector } from '../text/text-vector.ts';
import { dot, preferenceDirection } from '../text/vector.ts';
import { contextSimilarity, type RankingContext, toTopicVector } from './ranking-context.ts';

/** What a user once was shown for a text, and what they chose of it; none chosen says that all were rejected. */
export interface PastSelection {
  input_text: string;
  at: Date;
  shown: { question: string; chosen: boolean }[];
}

/** How much nearer an option is to the chosen than to the rejected, each in [-1, 1]. */
export interface ContrastScores {
  /** By the same words. */
  terms: number;
  /** By the same things in other words. */
  words: number;
  /** By the direction that leads from the rejected to the chosen. */
  direction: number;
}

/** Compares each option of a situation with past choices; a text that returns among them is compared once. */
export function createContrastScorer({
  candidates: options,
  terms,
  words,
}: RankingContext): (past: EncodedSelection) => ContrastScores[] {
  const meanings = options.map(({ embedding: meaning }) => meaning);
  const directions = meanings.map((meaning) => preferenceDirection(meaning, meanings));
  const seen = new Map<TextVector, { terms: Float64Array; words: Float64Array }>();
  const look = (text: TextVector) => {
    const known = seen.get(text) ?? { terms: terms(text), words: words(text) };
    seen.set(text, known);
    return known;
  };
  return ({ chosen, rejected, preferenceDirection: towards }) => {
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
export interface EncodedSelection {
  theme: TextDocument;
  /** Null when all were rejected. */
  chosen: TextVector | null;
  rejected: TextVector[];
  /** From the middle of what was shown to what was chosen; null when nothing was. */
  preferenceDirection: Float32Array | null;
}

interface Entry {
  /** The request's text, and those shown. */
  texts: TextVector[];
  pick: number;
  encoded: EncodedSelection;
}

/** What was made ready of choices that are kept: nothing of their texts is looked at again. */
const kept = new WeakMap<PastSelection, EncodedSelection>();

/** The same for choices that the caller keeps and brings again, as those of a tenant. */
function encodeCachedSelection(choice: PastSelection): EncodedSelection {
  const known = kept.get(choice);
  if (known !== undefined) return known;
  const made = encodeSelection(choice);
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
export function encodeSelection(choice: PastSelection): EncodedSelection {
  const texts = [choice.input_text, ...choice.shown.map(({ question }) => question)].map(toTextVector);
  const pick = choice.shown.findIndex(({ chosen }) => chosen);
  const key = texts.reduce((hash, { serial }) => combineHashes(hash, serial), pick);
  const found = young.get(key) ?? old.get(key);
  const entry = found !== undefined && isOf(found, texts, pick) ? found : made(choice, texts, pick);
  if (young.size >= most) {
    old = young;
    young = new Map();
  }
  young.set(key, entry);
  return entry.encoded;
}

function isOf(entry: Entry, texts: TextVector[], pick: number): boolean {
  if (entry.pick !== pick || entry.texts.length !== texts.length) return false;
  return texts.every((text, i) => entry.texts[i] === text);
}

function made({ input_text, shown }: PastSelection, texts: TextVector[], pick: number): Entry {
  const theme = heaviestTerms(
    toTopicVector(
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
      : preferenceDirection(
          chosen.embedding,
          options.map((option) => option.embedding),
        );
  return { texts, pick, encoded: { theme, chosen, rejected, preferenceDirection: towards } };
}

/** So many of a theme's words and pieces are compared; the lighter ones hardly tell. */
const mostKeys = 64;

function heaviestTerms({ keys, weights, embedding: meaning }: TextDocument): TextDocument {
  const least = weights.toSorted().at(-mostKeys) ?? 0;
  const heavy = weights.map((weight) => (weight >= least ? 1 : 0));
  return {
    keys: keys.filter((_, i) => heavy[i] === 1),
    weights: weights.filter((_, i) => heavy[i] === 1),
    embedding: meaning,
  };
}

/** How far a past choice counts; tuned on the training part of the quality sets. */
const kernel = {
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
export interface HistoryWeighting {
  encode: (choice: PastSelection) => EncodedSelection;
  /** Likeness beyond which situations count as the same. */
  sameFromSimilarity: number;
  /** What silence weighs, against a choice in the same situation (tenant) or in a half alike one (own). */
  nullWeight: number;
}

/** One's own choice of the very same question is the best witness there is. */
export const userHistory: HistoryWeighting = {
  encode: encodeSelection,
  sameFromSimilarity: 2,
  nullWeight: 1,
};

/** Others may have other tastes: a single voice is hardly heard, and eight that agree are half believed. */
export const tenantHistory: HistoryWeighting = {
  encode: encodeCachedSelection,
  sameFromSimilarity: 1,
  nullWeight: 8 * kernelWeight(1),
};

const dayMs = 86_400_000;

/**
 * Each option of the situation against the past choices. Choices share one attention, by how alike the situations
 * are (Nadaraya–Watson), with a part for "no choice says anything": few or distant choices move little.
 */
export function historyFeatures(
  situation: RankingContext,
  contrastOf: ReturnType<typeof createContrastScorer>,
  choices: PastSelection[],
  now: Date,
  voices: HistoryWeighting,
): ContrastScores[] {
  const weighed = choices.map((past) => {
    const choice = voices.encode(past);
    return { choice, weight: weightOf(choice, past.at, situation, now, voices) };
  });
  const total = weighed.reduce((sum, { weight }) => sum + weight, voices.nullWeight);
  const sums = situation.candidates.map(() => ({ terms: 0, words: 0, direction: 0 }));
  for (const { choice, weight } of heaviestSelections(weighed, total)) {
    for (const [i, likeness] of contrastOf(choice).entries()) addScores(sums[i], likeness, weight / total);
  }
  return sums;
}

interface Weighed {
  choice: EncodedSelection;
  weight: number;
}

/** Those that have a say; the others would cost time and change nothing. */
function heaviestSelections(weighed: Weighed[], total: number): Weighed[] {
  return weighed
    .filter(({ weight }) => weight > total * kernel.leastShare)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, kernel.most);
}

function weightOf(
  { theme }: EncodedSelection,
  at: Date,
  situation: RankingContext,
  now: Date,
  { sameFromSimilarity: sameFrom }: HistoryWeighting,
): number {
  const alike = Math.min(sameFrom, contextSimilarity(situation, theme));
  const age = Math.max(0, now.getTime() - at.getTime()) / dayMs;
  return kernelWeight(alike) * 0.5 ** (age / kernel.halfLifeDays);
}

/** What a choice weighs by the likeness of its situation; 1 for a half alike one. */
function kernelWeight(alike: number): number {
  return Math.exp(kernel.sharpness * (alike - kernel.half));
}

function addScores(sum: ContrastScores | undefined, likeness: ContrastScores, share: number): void {
  if (sum === undefined) return;
  sum.terms += share * likeness.terms;
  sum.words += share * likeness.words;
  sum.direction += share * likeness.direction;
}
