import { NearWords, roomFor } from './nearest-words.ts';
import { shareOf, type TextVector } from './text-vector.ts';

/** How like a text is to each of those that the lens was made for, in other words too: see wordLikeness. */
export type WordLens = (text: TextVector) => Float64Array;

/** Texts made ready to be compared with many others: what returns in them or in the others is compared once. */
export function wordLens(texts: readonly TextVector[]): WordLens {
  const near = new NearWords(texts.flatMap(({ words }) => words));
  const places = new Map(near.asked.map(({ word }, place) => [word, place]));
  const parts = texts.map((text) => ({
    places: text.words.map(({ word }) => places.get(word) ?? 0),
    shares: text.words.map((_, i) => shareOf(text, i)),
  }));
  const squares = squaresOf(
    near,
    parts.map((part) => part.places),
  );
  const nearest = new Float32Array(near.asked.length);
  return (text) => {
    const sums = new Float64Array(texts.length);
    nearest.fill(0);
    for (let w = 0; w < text.words.length; w += 1) {
      const word = text.words[w];
      if (word === undefined) continue;
      const row = near.rowOf(word);
      near.raise(nearest, row);
      squares.add(sums, row, shareOf(text, w));
    }
    for (let i = 0; i < parts.length; i += 1) sums[i] = ((sums[i] ?? 0) + found(parts[i], nearest)) / 2;
    return sums;
  };
}

/** A text's words at their places among the asked ones, and their shares. */
interface Part {
  places: readonly number[];
  shares: readonly number[];
}

function found(part: Part | undefined, nearest: Float32Array): number {
  if (part === undefined) return 0;
  const { places, shares } = part;
  let sum = 0;
  for (let p = 0; p < places.length; p += 1) sum += (shares[p] ?? 0) * (nearest[places[p] ?? 0] ?? 0) ** 2;
  return sum;
}

/** For each row of a word, the square of how near it comes to the nearest word of each text. */
function squaresOf(near: NearWords, texts: readonly (readonly number[])[]) {
  const width = texts.length;
  let squares = new Float32Array(0);
  let known = 0;

  function fill(row: number): void {
    squares = roomFor(squares, (row + 1) * width);
    const from = row * near.asked.length;
    for (let i = 0; i < width; i += 1)
      squares[row * width + i] = greatest(near.rows, from, texts[i] ?? []) ** 2;
  }

  return {
    /** Adds the row's squares to the sums, by a share. */
    add(sums: Float64Array, row: number, share: number): void {
      for (; known <= row; known += 1) fill(known);
      for (let i = 0; i < width; i += 1) sums[i] = (sums[i] ?? 0) + share * (squares[row * width + i] ?? 0);
    },
  };
}

function greatest(row: Float32Array, from: number, places: readonly number[]): number {
  let best = 0;
  for (let p = 0; p < places.length; p += 1) best = Math.max(best, row[from + (places[p] ?? 0)] ?? 0);
  return best;
}
