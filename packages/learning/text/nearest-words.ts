import { Places } from './hash-index.ts';
import { nearness, type Term } from './terms.ts';

/** How near other words come to some asked ones: worked out once for each word, however many texts it stands in. */
export class NearWords {
  /** The asked words, each once. */
  readonly asked: readonly Term[];
  /** Row after row: the nearness of a word to each of the asked ones. */
  rows = new Float32Array(0);
  #places = new Places(256);

  constructor(words: readonly Term[]) {
    this.asked = [...new Map(words.map((term) => [term.word, term])).values()];
  }

  /** Which row is the word's. */
  rowOf(term: Term): number {
    const known = this.#places.size;
    const row = this.#places.place(term.word);
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
    for (let i = 0; i < asked.length; i += 1) rows[from + i] = nearness(asked[i] ?? term, term);
  }
}

/** The array, or a larger one with the same beginning. */
export function roomFor(numbers: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  if (length <= numbers.length) return numbers;
  const more = new Float32Array(2 * length);
  more.set(numbers);
  return more;
}
