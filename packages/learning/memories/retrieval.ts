import { memoize } from '@learning-loop/async/memoize';
import { cosineToQuery, type EmbeddingOf } from '../embeddings/similarity.ts';
import { HashIndex } from '../text/hash-index.ts';
import { embeddingSimilarity, termSimilarity } from '../text/similarity.ts';
import { analyze, byteSize, type TextVector, toTextVector } from '../text/text-vector.ts';
import { round } from '../text/vector.ts';
import { NearestWords } from '../text/word-scorer.ts';
import type { Memory } from './memory.ts';

/** k1 and b of Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework"; a small b suits short utterances. */
const k1 = 1.2;
const b = 0.4;

/** Inverse document frequency of each query stem; `places` maps its hash to an index of `idf`. */
export interface QueryIdf {
  places: HashIndex;
  idf: Float64Array;
}

export function inverseDocumentFrequencies(query: TextVector, texts: TextVector[]): QueryIdf {
  const places = new HashIndex(query.words.length);
  for (const { stemHash } of query.words) places.add(stemHash);
  const counts = new Float64Array(places.size);
  for (const { words } of texts) {
    for (let w = 0; w < words.length; w += 1) {
      const place = places.get(words[w]?.stemHash ?? 0);
      if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
    }
  }
  return {
    places,
    idf: counts.map((count) => Math.log(1 + (texts.length - count + 0.5) / (count + 0.5))),
  };
}

/** BM25 of each text divided by the highest score possible, in [0, 1]. */
export function bm25({ places, idf }: QueryIdf, texts: TextVector[]): Float64Array {
  const meanLength = texts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, texts.length) || 1;
  const highest = idf.reduce((sum, value) => sum + value * (k1 + 1), 0) || 1;
  const scores = new Float64Array(texts.length);
  for (let i = 0; i < texts.length; i += 1) scores[i] = score(texts[i]) / highest;
  return scores;

  function score(text: TextVector | undefined): number {
    if (text === undefined) return 0;
    const { words, counts, length } = text;
    const norm = k1 * (1 - b + (b * length) / meanLength);
    let sum = 0;
    for (let w = 0; w < words.length; w += 1) {
      const place = places.get(words[w]?.stemHash ?? 0);
      const count = counts[w] ?? 0;
      if (place >= 0) sum += ((idf[place] ?? 0) * count * (k1 + 1)) / (count + norm);
    }
    return sum;
  }
}

interface Utterance {
  speaker: string | null;
  text: TextVector;
}

const cacheBytes = 48e6;

/** Strips what `historyContent` adds, and splits off the speaker. Memoized: memories come with every request. */
const parseUtterance: (content: string) => Utterance = memoize(
  (content) => {
    const line = content.replace(/^User requested: /u, '').replace(/ \| Selected: (?:none of these$)?/u, ' ');
    const named = /^(?:\[[^\]]*\] )?(\p{Lu}[\p{L}.' -]{0,30}): /u.exec(line);
    const text = named === null ? line : line.slice(named[0].length);
    return { speaker: named?.[1] ?? null, text: text === content ? toTextVector(text) : analyze(text) };
  },
  cacheBytes,
  ({ text }) => byteSize(text),
);

export interface ScoredMemory {
  memory: Memory;
  /** In [0, 1]. */
  relevance: number;
}

/** Weights of a relevance's parts, adding up to 1; tuned on generated histories. */
const shares = {
  bm25: 0.31,
  nearestWords: 0.27,
  embedding: 0.22,
  speaker: 0.07,
  terms: 0.03,
  recency: 0.06,
  confidence: 0.04,
};

const neighbourShare = 0.1;

const halfLifeDays = 90;
const dayMs = 86_400_000;
const fineScored = { perResult: 2, atLeast: 32 };

export function retrieve(
  query: string,
  memories: Memory[],
  now: Date,
  limit: number,
  embeddingOf?: EmbeddingOf,
): ScoredMemory[] {
  const utterances = memories.map(({ content }) => parseUtterance(content));
  const similarities = embeddingOf && cosineToQuery(query, memories, embeddingOf);
  const fineCount = Math.max(fineScored.atLeast, fineScored.perResult * limit);
  const scores = scoreUtterances(query, utterances, fineCount, similarities);
  boostNeighbours(memories, scores);
  const scored = memories.map((memory, i) => ({
    memory,
    relevance: computeRelevance(memory, scores[i] ?? 0, now),
  }));
  scored.sort((one, other) => other.relevance - one.relevance || compareIds(one.memory, other.memory));
  return scored.slice(0, limit);
}

const compareIds = (one: Memory, other: Memory) => (one.memory_id < other.memory_id ? -1 : 1);

/** A person whom the query names counts as the speaker, not as a word of the text. */
function scoreUtterances(
  query: string,
  utterances: Utterance[],
  fineCount: number,
  similarities?: (number | null)[],
): Float64Array {
  const named = findNamedSpeakers(query, utterances);
  const nameless = toTextVector([...named].reduce<string>((rest, name) => rest.replaceAll(name, ' '), query));
  const texts = utterances.map(({ text }) => text);
  const queryIdf = inverseDocumentFrequencies(nameless, texts);
  const scores = bm25(queryIdf, texts);
  for (let i = 0; i < utterances.length; i += 1) {
    const speaker = utterances[i]?.speaker ?? null;
    const spoken = speaker !== null && named.has(speaker) ? shares.speaker : 0;
    const similarity = similarities?.[i] ?? embeddingSimilarity(nameless, texts[i] ?? nameless);
    scores[i] = coarseScore(scores[i] ?? 0, similarity) + spoken;
  }
  const least = scores.toSorted().at(-fineCount) ?? 0;
  const fineScore = createFineScore(nameless, queryIdf);
  for (let i = 0; i < texts.length; i += 1) {
    const score = scores[i] ?? 0;
    if (score >= least) scores[i] = score + fineScore(texts[i] ?? nameless);
  }
  return scores;
}

function findNamedSpeakers(query: string, utterances: Utterance[]): Set<string> {
  const named = new Set<string>();
  for (const { speaker } of utterances) if (speaker !== null && query.includes(speaker)) named.add(speaker);
  return named;
}

function coarseScore(exact: number, similarity: number): number {
  return shares.bm25 * exact + shares.embedding * Math.max(0, similarity);
}

/** Scores misspelt, derived and related words: each query word by its nearest word in the text. */
function createFineScore(query: TextVector, { places, idf }: QueryIdf): (text: TextVector) => number {
  const terms = termSimilarity(query);
  const near = new NearestWords(query.words);
  const weights = near.targets.map(({ stemHash }) => idf[places.get(stemHash)] ?? 0);
  const highest = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const nearest = new Float32Array(weights.length);
  return (text) => {
    nearest.fill(0);
    for (const word of text.words) near.raise(nearest, word);
    const total = weights.reduce((sum, weight, i) => sum + weight * (nearest[i] ?? 0) ** 2, 0);
    return shares.nearestWords * (total / highest) + shares.terms * terms(text);
  };
}

/** What was said right before and after helps to tell what an utterance is about. */
function boostNeighbours(memories: Memory[], scores: Float64Array): void {
  const history = memories.flatMap((memory, i) =>
    memory.type === 'history' ? [{ memory, i, time: memory.last_seen.getTime(), score: scores[i] ?? 0 }] : [],
  );
  history.sort((one, other) => one.time - other.time || compareIds(one.memory, other.memory));
  for (const [place, { i, score }] of history.entries()) {
    const neighbour = Math.max(history[place - 1]?.score ?? 0, history[place + 1]?.score ?? 0);
    scores[i] = score + neighbourShare * neighbour;
  }
}

function computeRelevance(memory: Memory, score: number, now: Date): number {
  const age = Math.max(0, now.getTime() - memory.last_seen.getTime()) / dayMs;
  const relevance =
    score + shares.recency * 0.5 ** (age / halfLifeDays) + shares.confidence * memory.confidence;
  return round(Math.min(1, relevance));
}
