import { memoizeByObject } from '@learning-loop/async/memoize';
import { combineHashes } from '../text/hash-index.ts';
import { type PackedDocuments, packDocuments } from '../text/similarity.ts';
import { type TextDocument, type TextVector, toTextVector } from '../text/text-vector.ts';
import { type Contrast, type ContrastScores, type createContrastScorer, toContrast } from './contrast.ts';
import { type RankingContext, toTopicVector } from './ranking-context.ts';

/** The user rejected all when none is `chosen`. */
export interface PastSelection {
  input_text: string;
  at: Date;
  shown: { question: string; chosen: boolean }[];
}

export interface EncodedSelection {
  topicVector: TextDocument;
  contrast: Contrast;
}

interface CacheEntry {
  texts: TextVector[];
  selectedIndex: number;
  encoded: EncodedSelection;
}

/** About 3 KB each. */
const maxEntries = 8_000;
let young = new Map<number, CacheEntry>();
let old = new Map<number, CacheEntry>();

/** Cached by the object, and by content for those that are read anew. */
export const encodeSelection: (selection: PastSelection) => EncodedSelection = memoizeByObject(encodeContent);

function encodeContent(selection: PastSelection): EncodedSelection {
  const texts = [selection.input_text, ...selection.shown.map(({ question }) => question)].map(toTextVector);
  const selectedIndex = selection.shown.findIndex(({ chosen }) => chosen);
  const key = texts.reduce((hash, { serial }) => combineHashes(hash, serial), selectedIndex);
  const cached = young.get(key) ?? old.get(key);
  // Hashes may collide, so the texts are compared too.
  const entry =
    cached !== undefined && matches(cached, texts, selectedIndex)
      ? cached
      : createEntry(selection, texts, selectedIndex);
  if (young.size >= maxEntries) {
    old = young;
    young = new Map();
  }
  young.set(key, entry);
  return entry.encoded;
}

function matches(entry: CacheEntry, texts: TextVector[], selectedIndex: number): boolean {
  if (entry.selectedIndex !== selectedIndex || entry.texts.length !== texts.length) return false;
  return texts.every((text, i) => entry.texts[i] === text);
}

function createEntry(
  { input_text, shown }: PastSelection,
  texts: TextVector[],
  selectedIndex: number,
): CacheEntry {
  const topicVector = keepHeaviestTerms(
    toTopicVector(
      input_text,
      shown.map(({ question }) => question),
    ),
  );
  const questions = shown.map(({ question }) => question);
  return { texts, selectedIndex, encoded: { topicVector, contrast: toContrast(questions, selectedIndex) } };
}

/** Lighter stems and n-grams of a topic vector barely change the similarity. */
const maxKeys = 64;

function keepHeaviestTerms({ keys, weights, embedding }: TextDocument): TextDocument {
  const least = weights.toSorted().at(-maxKeys) ?? 0;
  const heavy = weights.map((weight) => (weight >= least ? 1 : 0));
  return {
    keys: keys.filter((_, i) => heavy[i] === 1),
    weights: weights.filter((_, i) => heavy[i] === 1),
    embedding,
  };
}

/** Tuned on the training part of the quality sets. */
const kernel = {
  sharpness: 12,
  /** Context similarity at which a single selection has half of its possible effect. */
  half: 0.55,
  minShare: 0.005,
  maxSelections: 12,
  halfLifeDays: 180,
};

export interface HistoryWeighting {
  /** Context similarity from which contexts count as the same. */
  sameFromSimilarity: number;
  /** Weight of "no selection is informative"; 1 equals one selection at the kernel's `half`. */
  nullWeight: number;
}

/** The user's own selection in exactly the same context is the best evidence. */
export const userHistory: HistoryWeighting = {
  sameFromSimilarity: 2,
  nullWeight: 1,
};

/** Others may have other preferences: one selection has little weight, eight that agree reach half weight. */
export const tenantHistory: HistoryWeighting = {
  sameFromSimilarity: 1,
  nullWeight: 8 * kernelWeight(1),
};

const dayMs = 86_400_000;

interface EncodedHistory {
  selections: readonly EncodedSelection[];
  /** In milliseconds since 1970. */
  times: Float64Array;
  topics: PackedDocuments;
}

/** A user's selections, like a tenant's, are the same array until there is another one. */
const encodeHistory = memoizeByObject((selections: readonly PastSelection[]): EncodedHistory => {
  const encoded = selections.map(encodeSelection);
  return {
    selections: encoded,
    times: Float64Array.from(selections, ({ at }) => at.getTime()),
    topics: packDocuments(encoded.map(({ topicVector }) => topicVector)),
  };
});

/** Nadaraya–Watson average of contrast scores; the null weight damps the effect of few or dissimilar selections. */
export function historyFeatures(
  context: RankingContext,
  scoreContrast: ReturnType<typeof createContrastScorer>,
  selections: readonly PastSelection[],
  now: Date,
  weighting: HistoryWeighting,
): ContrastScores[] {
  const history = encodeHistory(selections);
  const weights = computeWeights(history, context, now, weighting);
  const total = weights.reduce((sum, weight) => sum + weight, weighting.nullWeight);
  const sums = context.candidates.map(() => ({ terms: 0, words: 0, direction: 0 }));
  for (const i of selectHeaviest(weights, total * kernel.minShare)) {
    const past = history.selections[i];
    if (past === undefined) continue;
    const share = (weights[i] ?? 0) / total;
    for (const [c, scores] of scoreContrast(past.contrast).entries()) addScores(sums[c], scores, share);
  }
  return sums;
}

/** Places of the heaviest, heaviest first. */
function selectHeaviest(weights: Float64Array, above: number): number[] {
  return [...weights.keys()]
    .filter((i) => (weights[i] ?? 0) > above)
    .sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0))
    .slice(0, kernel.maxSelections);
}

function computeWeights(
  { topics, times }: EncodedHistory,
  { compareTopic }: RankingContext,
  now: Date,
  { sameFromSimilarity }: HistoryWeighting,
): Float64Array {
  return compareTopic(topics).map((similarity, i) => {
    const age = Math.max(0, now.getTime() - (times[i] ?? 0)) / dayMs;
    return kernelWeight(Math.min(sameFromSimilarity, similarity)) * 0.5 ** (age / kernel.halfLifeDays);
  });
}

function kernelWeight(similarity: number): number {
  return Math.exp(kernel.sharpness * (similarity - kernel.half));
}

function addScores(sum: ContrastScores | undefined, scores: ContrastScores, share: number): void {
  if (sum === undefined) return;
  sum.terms += share * scores.terms;
  sum.words += share * scores.words;
  sum.direction += share * scores.direction;
}
