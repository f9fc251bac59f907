import { bm25, rarities } from './bm25.ts';
import type { Memory } from './memory.ts';
import { rounded } from './rounded.ts';
import { meaningLikeness, nearness, termLikeness } from './text/likeness.ts';
import { type TextVector, vectorOf } from './text/text-vector.ts';

export interface Recalled {
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
/** So many memories are compared word by word, those that share most words and meaning with the query. */
const compared = 200;

/** The memories that matter for a query, most relevant first, at most `limit`. */
export function recall(query: string, memories: Memory[], now: Date, limit: number): Recalled[] {
  const turns = memories.map(({ content }) => turnOf(content));
  const scores = withNeighbours(memories, scoresOf(query, turns));
  return memories
    .map((memory, i) => ({ memory, relevance: relevanceOf(memory, scores[i] ?? 0, now) }))
    .sort((a, b) => b.relevance - a.relevance || (a.memory.memory_id < b.memory.memory_id ? -1 : 1))
    .slice(0, limit);
}

/** How well each turn answers the query. Whom the query names counts by who speaks, not by who is spoken to. */
function scoresOf(query: string, turns: Turn[]): number[] {
  const speakers = [...new Set(turns.flatMap(({ speaker }) => speaker ?? []))];
  const named = new Set(speakers.filter((speaker) => query.includes(speaker)));
  const asked = vectorOf([...named].reduce((rest, name) => rest.replaceAll(name, ' '), query));
  const texts = turns.map(({ said }) => vectorOf(said));
  const rarity = rarities(asked, texts);
  const exact = bm25(rarity, texts);
  const first = texts.map(
    (text, i) =>
      firstLook(asked, text, exact[i] ?? 0) + (named.has(turns[i]?.speaker ?? '') ? shares.speaker : 0),
  );
  const least = first.toSorted((a, b) => b - a)[compared - 1] ?? 0;
  return texts.map((text, i) => {
    const score = first[i] ?? 0;
    return score < least ? score : score + closerLook(asked, text, rarity);
  });
}

interface Turn {
  speaker: string | null;
  said: string;
}

/** Who says what, without the frame that the history puts round it. */
function turnOf(content: string): Turn {
  const text = content.replace(/^User requested: /u, '').replace(/ \| Selected: (?:none of these$)?/u, ' ');
  const named = /^(?:\[[^\]]*\] )?(\p{Lu}[\p{L}.' -]{0,30}): /u.exec(text);
  return { speaker: named?.[1] ?? null, said: named === null ? text : text.slice(named[0].length) };
}

function firstLook(asked: TextVector, text: TextVector, exact: number): number {
  return shares.words * exact + shares.meaning * Math.max(0, meaningLikeness(asked, text));
}

/** Misspelt and derived words, and other words for the same: each word of the query by its nearest in the text. */
function closerLook(asked: TextVector, text: TextVector, rarity: ReadonlyMap<string, number>): number {
  let found = 0;
  let most = 0;
  for (const { term } of asked.words) {
    const weight = rarity.get(term.stem) ?? 0;
    const nearest = text.words.reduce((best, word) => Math.max(best, nearness(term, word.term)), 0);
    found += weight * nearest ** 2;
    most += weight;
  }
  return shares.near * (found / (most || 1)) + shares.terms * termLikeness(asked, text);
}

/** What was said right before and after tells what a turn of a conversation was about. */
function withNeighbours(memories: Memory[], scores: number[]): number[] {
  const order = memories
    .map((memory, i) => ({ memory, i }))
    .filter(({ memory }) => memory.type === 'history')
    .sort(
      (a, b) =>
        a.memory.last_seen.getTime() - b.memory.last_seen.getTime() ||
        (a.memory.memory_id < b.memory.memory_id ? -1 : 1),
    );
  const raised = [...scores];
  for (const [place, { i }] of order.entries()) {
    const beside = [order[place - 1], order[place + 1]].map((other) =>
      other === undefined ? 0 : (scores[other.i] ?? 0),
    );
    raised[i] = (scores[i] ?? 0) + neighbourShare * Math.max(...beside);
  }
  return raised;
}

function relevanceOf(memory: Memory, score: number, now: Date): number {
  const age = Math.max(0, now.getTime() - memory.last_seen.getTime()) / dayMs;
  const relevance =
    score + shares.recency * 0.5 ** (age / halfLifeDays) + shares.confidence * memory.confidence;
  return rounded(Math.min(1, relevance));
}
