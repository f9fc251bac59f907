import type { Memory } from '../memories/memory.ts';
import { addTo, dot, unit } from '../text/vector.ts';

/**
 * What a text means by an embedding model: a vector of length 1, whose product with that of an unrelated text is about
 * 0; null where it is not known. Texts are then compared by their words alone.
 */
export type VectorOf = (text: string) => Float32Array | null;

/** How alike a query and each memory are, in [-1, 1]; null where either has no vector. */
export function meaningsNear(query: string, memories: Memory[], vectorOf: VectorOf): (number | null)[] {
  const asked = vectorOf(query);
  return memories.map(({ content }) => {
    const vector = asked === null ? null : vectorOf(content);
    return asked === null || vector === null ? null : dot(asked, vector);
  });
}

/** Between the vectors that are known, at length 1; null when the first is not. */
export function middleOf([first, ...others]: (Float32Array | null | undefined)[]): Float32Array | null {
  if (!first) return null;
  const sum = Float32Array.from(first);
  for (const vector of others) if (vector) addTo(sum, vector, 1);
  return unit(sum);
}
