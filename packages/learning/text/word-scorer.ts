import { HashIndex } from './hash-index.ts';
import { type Term, wordSimilarity } from './terms.ts';
import { shareOf, type TextVector } from './text-vector.ts';

/** How near other words come to some asked ones: worked out once for each word, however many texts it stands in. */
export class NearestWords {
  /** The asked words, each once. */
  readonly asked: readonly Term[];
  /** Row after row: the nearness of a word to each of the asked ones. */
  rows = new Float32Array(0);
  #places = new HashIndex(256);

  constructor(words: readonly Term[]) {
    this.asked = [...new Map(words.map((term) => [term.word, term])).values()];
  }

  /** Which row is the word's. */
  rowOf(term: Term): number {
    const known = this.#places.size;
    const row = this.#places.add(term.word);
    if (row === known) this.#fill(row * this.asked.length, term);
    return row;
  }

  /** Raises, for each asked word, how near its nearest comes, by those of a row. */
  raise(nearest: Float32Array, row: number): void {
    const rows = this.rows;
    const from = row * nearest.length;
    for (let i = 0; i < nearest.length; i += 1) {
      const near = rows[from + i] ?? 0;
      if (near > (nearest[i] ?? 0)) nearest[i] = near;
    }
  }

  #fill(from: number, term: Term): void {
    this.rows = roomFor(this.rows, from + this.asked.length);
    const { asked, rows } = this;
    for (let i = 0; i < asked.length; i += 1) rows[from + i] = wordSimilarity(asked[i] ?? term, term);
  }
}

/** The array, or a larger one with the same beginning. */
function roomFor(numbers: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  if (length <= numbers.length) return numbers;
  const more = new Float32Array(2 * length);
  more.set(numbers);
  return more;
}

/** How like a text is to each of those that the lens was made for, in other words too: see wordLikeness. */
export type WordScorer = (text: TextVector) => Float64Array;

/** Texts made ready to be compared with many others: what returns in them or in the others is compared once. */
export function createWordScorer(texts: readonly TextVector[]): WordScorer {
  const near = new NearestWords(texts.flatMap(({ words }) => words));
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
function squaresOf(near: NearestWords, texts: readonly (readonly number[])[]) {
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
