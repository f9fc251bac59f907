import { Places } from './hash-index.ts';
import type { Subject } from './text-vector.ts';

/** How like a text is to each of the subjects that the lens was made for, by the same words: see termLikeness. */
export type TermLens = (text: Subject) => Float64Array;

/** The same for one subject. */
export function termsLike({ keys, weights }: Subject): (text: Subject) => number {
  const places = new Places(2 * keys.length);
  for (const key of keys) places.place(key);
  return (text) => {
    const theirs = text.keys;
    const theirWeights = text.weights;
    let sum = 0;
    for (let i = 0; i < theirs.length; i += 1) {
      const place = places.find(theirs[i] ?? 0);
      if (place >= 0) sum += (weights[place] ?? 0) * (theirWeights[i] ?? 0);
    }
    return Math.min(1, sum);
  };
}

/** Subjects made ready to be compared with many texts: one look-up for each key of a text, however many there are. */
export function termLens(subjects: readonly Subject[]): TermLens {
  // Most keys of other texts are not in it, which a table three quarters empty says at the first look.
  const places = new Places(2 * subjects.reduce((sum, { keys }) => sum + keys.length, 0));
  for (const { keys } of subjects) for (const key of keys) places.place(key);
  const width = subjects.length;
  const table = new Float32Array(places.size * width);
  for (const [column, { keys, weights }] of subjects.entries()) {
    for (const [i, key] of keys.entries()) table[places.find(key) * width + column] = weights[i] ?? 0;
  }
  return ({ keys, weights }) => {
    const sums = new Float64Array(width);
    for (let i = 0; i < keys.length; i += 1) {
      const place = places.find(keys[i] ?? 0);
      if (place >= 0) addRow(sums, table, place * width, weights[i] ?? 0);
    }
    for (let column = 0; column < width; column += 1) sums[column] = Math.min(1, sums[column] ?? 0);
    return sums;
  };
}

function addRow(sums: Float64Array, table: Float32Array, from: number, weight: number): void {
  for (let column = 0; column < sums.length; column += 1) {
    sums[column] = (sums[column] ?? 0) + weight * (table[from + column] ?? 0);
  }
}
