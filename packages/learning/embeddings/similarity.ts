import type { Memory } from '../memories/memory.ts';
import { addTo, dot, unit } from '../text/vector.ts';

/**
 * What a text means by an embedding model: a vector of length 1, whose product with that of an unrelated text is about
 * 0; null where it is not known. Texts are then compared by their words alone.
 */
export type EmbeddingOf = (text: string) => Float32Array | null;

/** How alike a query and each memory are, in [-1, 1]; null where either has no vector. */
export function cosineToQuery(query: string, memories: Memory[], vectorOf: EmbeddingOf): (number | null)[] {
  const asked = vectorOf(query);
  return memories.map(({ content }) => {
    const vector = asked === null ? null : vectorOf(content);
    return asked === null || vector === null ? null : dot(asked, vector);
  });
}

/** Between the vectors that are known, at length 1; null when the first is not. */
export function meanDirection([first, ...others]: (Float32Array | null | undefined)[]): Float32Array | null {
  if (!first) return null;
  const sum = Float32Array.from(first);
  for (const vector of others) if (vector) addTo(sum, vector, 1);
  return unit(sum);
}

/**
 * Texts that have nothing to do with each other. Vectors of most models lie in a narrow cone, where even unrelated
 * texts are alike (Ethayarajh 2019, "How Contextual are Contextualized Word Representations?"): seen from the middle
 * of these, they are about 0 alike whatever the model.
 */
export const referenceTexts = [
  'build a REST API with a database',
  'a recipe for bread that takes no kneading',
  'the train leaves at nine in the morning',
  'write a short letter to a landlord',
  'my knee hurts when I climb stairs',
  'which laptop should I buy for travelling',
  'explain how vaccines work to a child',
  'the football match ended in a draw',
  'plan a weekend in the mountains',
  'an invoice is overdue since last month',
  'fix a test that fails now and then',
  'she plays the cello in an orchestra',
  'grow tomatoes on a small balcony',
  'compare two savings accounts',
  'a formal report on last year’s sales',
  'it rained all day and we stayed at home',
  'translate a poem into Spanish',
  'train a dog to walk beside me',
  'deploy a container to a cluster',
  'which film won the prize this year',
  'solve an equation with two unknowns',
  'repair a bicycle with a bent wheel',
  'the history of the Roman empire',
  'a quiet hotel near the station',
];

/** The middle of vectors of length 1; undefined where there are none. */
export function meanVector(vectors: Float32Array[] | null): Float32Array | undefined {
  const [first] = vectors ?? [];
  if (!vectors || first === undefined) return undefined;
  const sum = new Float32Array(first.length);
  for (const vector of vectors) addTo(sum, vector, 1 / vectors.length);
  return sum;
}

/** Where a vector lies from a middle, at length 1. */
export function center(middle: Float32Array, vector: Float32Array): Float32Array {
  const away = Float32Array.from(vector);
  addTo(away, middle, -1);
  return unit(away);
}
