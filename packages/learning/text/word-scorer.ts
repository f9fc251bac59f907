import { HashIndex } from './hash-index.ts';
import { type Term, wordSimilarity } from './terms.ts';
import { computeShare, type TextVector } from './text-vector.ts';

/** Pairs of words, each about 0.2 µs; what lies beyond is compared by stem alone. Ordinary requests have a tenth. */
const maxPairs = 250_000;
const expectedRows = 64;

/** Similarity of words to some target words, computed once per word, however many texts it occurs in. */
export class NearestWords {
  readonly targets: readonly Term[];
  /** Row-major: one row per word, one column per target. */
  rows: Float32Array<ArrayBuffer>;
  #places = new HashIndex(256);
  #targetsByStem: Map<number, number[]> | undefined;

  constructor(words: readonly Term[]) {
    this.targets = [...new Map(words.map((term) => [term.wordHash, term])).values()];
    this.rows = new Float32Array(expectedRows * this.targets.length);
  }

  /** Raises each target's similarity in `nearest` to that of the word where it is larger. Returns the word's row, or -1. */
  raise(nearest: Float32Array, word: Term): number {
    const row = this.#findRow(word);
    if (row < 0) {
      for (const target of this.#findSameStem(word)) nearest[target] = 1;
      return row;
    }
    const rows = this.rows;
    const from = row * nearest.length;
    for (let i = 0; i < nearest.length; i += 1) {
      const similarity = rows[from + i] ?? 0;
      if (similarity > (nearest[i] ?? 0)) nearest[i] = similarity;
    }
    return row;
  }

  /** -1 once `maxPairs` are compared. */
  #findRow(word: Term): number {
    const known = this.#places.get(word.wordHash);
    if (known >= 0) return known;
    if ((this.#places.size + 1) * this.targets.length > maxPairs) return -1;
    const row = this.#places.add(word.wordHash);
    this.#fill(row * this.targets.length, word);
    return row;
  }

  #findSameStem({ stemHash }: Term): readonly number[] {
    this.#targetsByStem ??= Map.groupBy(this.targets.keys(), (i) => this.targets[i]?.stemHash ?? 0);
    return this.#targetsByStem.get(stemHash) ?? [];
  }

  #fill(from: number, term: Term): void {
    this.rows = growTo(this.rows, from + this.targets.length);
    const { targets, rows } = this;
    for (let i = 0; i < targets.length; i += 1) rows[from + i] = wordSimilarity(targets[i] ?? term, term);
  }
}

function growTo(numbers: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  if (length <= numbers.length) return numbers;
  const larger = new Float32Array(2 * length);
  larger.set(numbers);
  return larger;
}

/** `softWordSimilarity` of a text with each of several others. */
export type WordScorer = (text: TextVector) => Float64Array;

export function createWordScorer(texts: readonly TextVector[]): WordScorer {
  const near = new NearestWords(texts.flatMap(({ words }) => words));
  const places = new Map(near.targets.map(({ wordHash }, place) => [wordHash, place]));
  const parts = texts.map((text) => ({
    places: text.words.map(({ wordHash }) => places.get(wordHash) ?? 0),
    shares: text.words.map((_, i) => computeShare(text, i)),
  }));
  const squares = createSquares(
    near,
    parts.map((part) => part.places),
  );
  const nearest = new Float32Array(near.targets.length);
  return (text) => {
    const sums = new Float64Array(texts.length);
    nearest.fill(0);
    for (let w = 0; w < text.words.length; w += 1) {
      const word = text.words[w];
      if (word === undefined) continue;
      const row = near.raise(nearest, word);
      if (row >= 0) squares.add(sums, row, computeShare(text, w));
    }
    for (let i = 0; i < parts.length; i += 1) sums[i] = ((sums[i] ?? 0) + scorePart(parts[i], nearest)) / 2;
    return sums;
  };
}

interface Part {
  places: readonly number[];
  shares: readonly number[];
}

function scorePart(part: Part | undefined, nearest: Float32Array): number {
  if (part === undefined) return 0;
  const { places, shares } = part;
  let sum = 0;
  for (let p = 0; p < places.length; p += 1) sum += (shares[p] ?? 0) * (nearest[places[p] ?? 0] ?? 0) ** 2;
  return sum;
}

/** By word and text: the squared similarity of the word to its nearest in the text. */
function createSquares(near: NearestWords, texts: readonly (readonly number[])[]) {
  const width = texts.length;
  let squares = new Float32Array(expectedRows * width);
  let filled = 0;

  function fill(row: number): void {
    squares = growTo(squares, (row + 1) * width);
    const from = row * near.targets.length;
    for (let i = 0; i < width; i += 1)
      squares[row * width + i] = findMax(near.rows, from, texts[i] ?? []) ** 2;
  }

  return {
    add(sums: Float64Array, row: number, share: number): void {
      for (; filled <= row; filled += 1) fill(filled);
      for (let i = 0; i < width; i += 1) sums[i] = (sums[i] ?? 0) + share * (squares[row * width + i] ?? 0);
    },
  };
}

function findMax(row: Float32Array, from: number, places: readonly number[]): number {
  let best = 0;
  for (let p = 0; p < places.length; p += 1) best = Math.max(best, row[from + (places[p] ?? 0)] ?? 0);
  return best;
}
