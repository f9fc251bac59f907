import { addTo, dot, unit } from '../text/vector.ts';

/** A centered embedding of length 1; null when unknown: then texts are compared by their words alone. */
export type EmbeddingOf = (text: string) => Float32Array | null;

export function cosineToQuery(
  query: string,
  memories: readonly { content: string }[],
  embeddingOf: EmbeddingOf,
): (number | null)[] {
  const queryEmbedding = embeddingOf(query);
  return memories.map(({ content }) => {
    const embedding = queryEmbedding === null ? null : embeddingOf(content);
    return queryEmbedding === null || embedding === null ? null : dot(queryEmbedding, embedding);
  });
}

/** Mean of the known vectors, at length 1; null when the first is unknown. */
export function meanDirection([first, ...others]: (Float32Array | null | undefined)[]): Float32Array | null {
  if (!first) return null;
  const sum = Float32Array.from(first);
  for (const vector of others) if (vector) addTo(sum, vector, 1);
  return unit(sum);
}

/**
 * Unrelated texts. Most models embed in a narrow cone, where even these are similar (Ethayarajh 2019, "How Contextual
 * are Contextualized Word Representations?"). Relative to their mean, unrelated texts have a cosine near 0.
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

export function meanVector(vectors: Float32Array[] | null): Float32Array | undefined {
  const [first] = vectors ?? [];
  if (!vectors || first === undefined) return undefined;
  const sum = new Float32Array(first.length);
  for (const vector of vectors) addTo(sum, vector, 1 / vectors.length);
  return sum;
}

export function center(mean: Float32Array, vector: Float32Array): Float32Array {
  const centered = Float32Array.from(vector);
  addTo(centered, mean, -1);
  return unit(centered);
}
