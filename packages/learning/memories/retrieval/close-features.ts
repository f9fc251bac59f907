import { NearestWords } from '../../text/word-scorer.ts';
import type { Conversation } from './conversation.ts';
import type { Query } from './query.ts';
import { bestOfNeighbours } from './word-features.ts';

/** In [0, 1]; 0 for memories that are not among `places`. */
export interface CloseFeatures {
  /** Each word of the query by its nearest in the memory: finds misspelt, derived and related words. */
  nearestWords: Float32Array;
  /** The closest of its two neighbours: by nearest words, or by trigrams as far as the query is not English. */
  closeNeighbour: Float32Array;
  /** The closest of its session. */
  closeSession: Float32Array;
}

export function computeCloseFeatures(
  query: Query,
  conversation: Conversation,
  { idf, trigrams, places }: { idf: Float64Array; trigrams: Float32Array; places: Iterable<number> },
): CloseFeatures {
  const { utterances, sessionOf, sessions } = conversation;
  const nearestWords = new Float32Array(utterances.length);
  const closeness = new Float32Array(utterances.length);
  const best = new Float32Array(sessions.first.length);
  const score = createNearestScore(query, idf);
  for (const i of places) {
    nearestWords[i] = query.english === 0 ? 0 : query.english * score(utterances[i]?.text.words ?? []);
    closeness[i] = (nearestWords[i] ?? 0) + (1 - query.english) * (trigrams[i] ?? 0);
    const session = sessionOf[i] ?? 0;
    best[session] = Math.max(best[session] ?? 0, closeness[i] ?? 0);
  }
  return {
    nearestWords,
    closeNeighbour: bestOfNeighbours(closeness, conversation),
    closeSession: Float32Array.from(sessionOf, (session) => best[session] ?? 0),
  };
}

type Words = Query['text']['words'];

/** `idf` is in the order of the query's terms. */
function createNearestScore({ text, stems }: Query, idf: Float64Array): (words: Words) => number {
  const near = new NearestWords(text.words);
  const weights = near.targets.map(({ stemHash }) => idf[stems.places.get(stemHash)] ?? 0);
  const highest = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const nearest = new Float32Array(near.targets.length);
  return (words) => {
    nearest.fill(0);
    for (const word of words) near.raise(nearest, word);
    let sum = 0;
    for (let i = 0; i < nearest.length; i += 1) sum += (weights[i] ?? 0) * (nearest[i] ?? 0) ** 2;
    return sum / highest;
  };
}
