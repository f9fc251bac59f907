import { memoize } from '@learning-loop/async/memoize';
import { cosineToQuery, type EmbeddingOf } from '../embeddings/similarity.ts';
import { HashIndex } from '../text/hash-index.ts';
import { embeddingSimilarity, termSimilarity } from '../text/similarity.ts';
import { analyze, byteSize, type TextVector, toTextVector } from '../text/text-vector.ts';
import { round } from '../text/vector.ts';
import { NearestWords } from '../text/word-scorer.ts';
import type { Memory } from './memory.ts';

/** Constants of Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework"; short turns want a small b. */
const saturation = 1.2;
const lengthEffect = 0.4;

/** How much each word of a query tells among some texts, by its place in the query. */
export interface QueryIdf {
  places: HashIndex;
  tells: Float64Array;
}

/** How much each of the query's stems tells among these texts. */
export function inverseDocumentFrequencies(query: TextVector, texts: TextVector[]): QueryIdf {
  const places = new HashIndex(query.words.length);
  for (const { root } of query.words) places.add(root);
  const counts = new Float64Array(places.size);
  for (const { words } of texts) {
    for (let w = 0; w < words.length; w += 1) {
      const place = places.get(words[w]?.root ?? 0);
      if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
    }
  }
  return {
    places,
    tells: counts.map((count) => Math.log(1 + (texts.length - count + 0.5) / (count + 0.5))),
  };
}

/** BM25 of each text as a share of the most that a text could reach, in [0, 1]. */
export function bm25({ places, tells }: QueryIdf, texts: TextVector[]): Float64Array {
  const usual = texts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, texts.length) || 1;
  const most = tells.reduce((sum, value) => sum + value * (saturation + 1), 0) || 1;
  const scores = new Float64Array(texts.length);
  for (let i = 0; i < texts.length; i += 1) scores[i] = scoreOf(texts[i]) / most;
  return scores;

  function scoreOf(text: TextVector | undefined): number {
    if (text === undefined) return 0;
    const { words, counts, length } = text;
    const norm = saturation * (1 - lengthEffect + (lengthEffect * length) / usual);
    let sum = 0;
    for (let w = 0; w < words.length; w += 1) {
      const place = places.get(words[w]?.root ?? 0);
      const count = counts[w] ?? 0;
      if (place >= 0) sum += ((tells[place] ?? 0) * count * (saturation + 1)) / (count + norm);
    }
    return sum;
  }
}

/** What a memory says. */
interface Utterance {
  speaker: string | null;
  said: TextVector;
}

const remembered = 48e6;

/** Who says what, without the frame that the history puts round it. Remembered, as memories return. */
const parseUtterance: (content: string) => Utterance = memoize(
  (content) => {
    const text = content.replace(/^User requested: /u, '').replace(/ \| Selected: (?:none of these$)?/u, ' ');
    const named = /^(?:\[[^\]]*\] )?(\p{Lu}[\p{L}.' -]{0,30}): /u.exec(text);
    const said = named === null ? text : text.slice(named[0].length);
    return { speaker: named?.[1] ?? null, said: said === content ? toTextVector(said) : analyze(said) };
  },
  remembered,
  ({ said }) => byteSize(said),
);

export interface ScoredMemory {
  memory: Memory;
  /** In [0, 1]. */
  relevance: number;
}

/** What a memory's relevance is made of; the shares add up to 1. Found by measurement on generated histories. */
const shares = {
  words: 0.31,
  near: 0.27,
  meaning: 0.22,
  speaker: 0.07,
  terms: 0.03,
  recency: 0.06,
  confidence: 0.04,
};

/** What a turn gains of the likelier one of its neighbours. */
const neighbourShare = 0.1;

const halfLifeDays = 90;
const dayMs = 86_400_000;
/** How many memories are compared word by word, for each one wanted and at the least: the likeliest at first sight. */
const compared = { each: 2, least: 32 };

/** The memories that matter for a query, most relevant first, at most `limit`; by their vectors too, where given. */
export function retrieve(
  query: string,
  memories: Memory[],
  now: Date,
  limit: number,
  embedded?: EmbeddingOf,
): ScoredMemory[] {
  const turns = memories.map(({ content }) => parseUtterance(content));
  const meant = embedded && cosineToQuery(query, memories, embedded);
  const scores = scoresOf(query, turns, Math.max(compared.least, compared.each * limit), meant);
  boostNeighbours(memories, scores);
  const found = memories.map((memory, i) => ({
    memory,
    relevance: relevanceOf(memory, scores[i] ?? 0, now),
  }));
  found.sort((a, b) => b.relevance - a.relevance || byId(a.memory, b.memory));
  return found.slice(0, limit);
}

const byId = (a: Memory, b: Memory) => (a.memory_id < b.memory_id ? -1 : 1);

/** How well each turn answers the query. Whom the query names counts by who speaks, not by who is spoken to. */
function scoresOf(
  query: string,
  turns: Utterance[],
  compared: number,
  meant?: (number | null)[],
): Float64Array {
  const named = speakersNamed(query, turns);
  const asked = toTextVector([...named].reduce<string>((rest, name) => rest.replaceAll(name, ' '), query));
  const texts = turns.map(({ said }) => said);
  const rarity = inverseDocumentFrequencies(asked, texts);
  const scores = bm25(rarity, texts);
  for (let i = 0; i < turns.length; i += 1) {
    const speaker = turns[i]?.speaker ?? null;
    const spoken = speaker !== null && named.has(speaker) ? shares.speaker : 0;
    const alike = meant?.[i] ?? embeddingSimilarity(asked, texts[i] ?? asked);
    scores[i] = coarseScore(scores[i] ?? 0, alike) + spoken;
  }
  const least = scores.toSorted().at(-compared) ?? 0;
  const closer = fineScore(asked, rarity);
  for (let i = 0; i < texts.length; i += 1) {
    const score = scores[i] ?? 0;
    if (score >= least) scores[i] = score + closer(texts[i] ?? asked);
  }
  return scores;
}

function speakersNamed(query: string, turns: Utterance[]): Set<string> {
  const named = new Set<string>();
  for (const { speaker } of turns) if (speaker !== null && query.includes(speaker)) named.add(speaker);
  return named;
}

function coarseScore(exact: number, alike: number): number {
  return shares.words * exact + shares.meaning * Math.max(0, alike);
}

/** Misspelt and derived words, and other words for the same: each word of the query by its nearest in the text. */
function fineScore(asked: TextVector, { places, tells }: QueryIdf): (text: TextVector) => number {
  const terms = termSimilarity(asked);
  const near = new NearestWords(asked.words);
  const weights = near.asked.map(({ root }) => tells[places.get(root)] ?? 0);
  const most = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const nearest = new Float32Array(weights.length);
  return (text) => {
    nearest.fill(0);
    for (const word of text.words) near.raise(nearest, near.rowOf(word));
    const found = weights.reduce((sum, weight, i) => sum + weight * (nearest[i] ?? 0) ** 2, 0);
    return shares.near * (found / most) + shares.terms * terms(text);
  };
}

/** What was said right before and after tells what a turn of a conversation was about. */
function boostNeighbours(memories: Memory[], scores: Float64Array): void {
  const said = memories.flatMap((memory, i) =>
    memory.type === 'history' ? [{ memory, i, time: memory.last_seen.getTime(), score: scores[i] ?? 0 }] : [],
  );
  said.sort((a, b) => a.time - b.time || byId(a.memory, b.memory));
  for (const [place, { i, score }] of said.entries()) {
    const beside = Math.max(said[place - 1]?.score ?? 0, said[place + 1]?.score ?? 0);
    scores[i] = score + neighbourShare * beside;
  }
}

function relevanceOf(memory: Memory, score: number, now: Date): number {
  const age = Math.max(0, now.getTime() - memory.last_seen.getTime()) / dayMs;
  const relevance =
    score + shares.recency * 0.5 ** (age / halfLifeDays) + shares.confidence * memory.confidence;
  return round(Math.min(1, relevance));
}
