import { HashFilter, HashIndex } from '../../text/hash-index.ts';

/** k1 and b of Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework"; a small b suits short utterances. */
const k1 = 1.2;
const shortB = 0.4;
export const longB = 0.75;

export interface HashedText {
  hashes: Int32Array;
  /** Of each hash; null where each counts once. */
  times: Uint8Array | null;
  /** In terms. */
  length: number;
}

/** Many texts in one array, which is read three times as fast as an array for each. */
export interface PackedTexts {
  /** Of text i those from `starts[i]` to `starts[i + 1]`. */
  hashes: Int32Array;
  times: Uint8Array | null;
  starts: Int32Array;
  lengths: Float32Array;
}

export function packTexts(texts: readonly HashedText[]): PackedTexts {
  const starts = new Int32Array(texts.length + 1);
  for (const [i, { hashes }] of texts.entries()) starts[i + 1] = (starts[i] ?? 0) + hashes.length;
  const hashes = new Int32Array(starts.at(-1) ?? 0);
  const times = texts.every((text) => text.times === null) ? null : new Uint8Array(hashes.length).fill(1);
  for (const [i, text] of texts.entries()) {
    hashes.set(text.hashes, starts[i]);
    if (text.times !== null) times?.set(text.times, starts[i]);
  }
  return { hashes, times, starts, lengths: Float32Array.from(texts, ({ length }) => length) };
}

/** How often documents hold the terms of a query: of each document only those that it holds. */
export interface TermCounts {
  /** Number of the query's terms. */
  width: number;
  /** Of document i the entries from `starts[i]` to `starts[i + 1]` of the next two. */
  starts: Int32Array;
  terms: Uint8Array;
  counts: Float32Array;
  /** In terms, for each document. */
  lengths: Float32Array;
}

export interface QueryTerms {
  /** In order of first occurrence. */
  places: HashIndex;
  /** Most words of a memory are foreign to the query. */
  filter: HashFilter;
}

const maxTerms = 255;

export function toQueryTerms(hashes: Int32Array): QueryTerms {
  const terms = { places: new HashIndex(hashes.length), filter: new HashFilter() };
  for (const hash of hashes) {
    if (terms.places.size === maxTerms) break;
    terms.places.add(hash);
    terms.filter.add(hash);
  }
  return terms;
}

export function countTerms(query: QueryTerms, { hashes, times, starts, lengths }: PackedTexts): TermCounts {
  const rows = new RowWriter(query.places.size, lengths.length);
  for (let i = 0; i < lengths.length; i += 1) {
    const end = starts[i + 1] ?? 0;
    for (let h = starts[i] ?? 0; h < end; h += 1) {
      const hash = hashes[h] ?? 0;
      if (!query.filter.mayHold(hash)) continue;
      const place = query.places.get(hash);
      if (place >= 0) rows.add(place, times === null ? 1 : (times[h] ?? 0));
    }
    rows.end(lengths[i] ?? 0);
  }
  return rows.finish();
}

/** Documents in a row that count as one: from `first[i]` up to, and without, `end[i]`. */
export interface Ranges {
  first: Int32Array;
  end: Int32Array;
}

/** The sums of the rows of each range. */
export function sumRanges(rows: TermCounts, { first, end }: Ranges): TermCounts {
  const sums = new RowWriter(rows.width, first.length);
  for (let range = 0; range < first.length; range += 1) {
    const [from, to] = [first[range] ?? 0, end[range] ?? 0];
    const last = rows.starts[to] ?? 0;
    for (let k = rows.starts[from] ?? 0; k < last; k += 1) sums.add(rows.terms[k] ?? 0, rows.counts[k] ?? 0);
    let length = 0;
    for (let i = from; i < to; i += 1) length += rows.lengths[i] ?? 0;
    sums.end(length);
  }
  return sums.finish();
}

/** Sums what is added to a term of the same row. */
class RowWriter {
  readonly #rows: TermCounts;
  /** Of the row that is not ended: count by term, and the terms that have one. */
  readonly #sums: Float32Array;
  readonly #held: Uint8Array;
  #holds = 0;
  #row = 0;
  #size = 0;

  constructor(width: number, rows: number) {
    this.#rows = {
      width,
      starts: new Int32Array(rows + 1),
      terms: new Uint8Array(4 * rows + width),
      counts: new Float32Array(4 * rows + width),
      lengths: new Float32Array(rows),
    };
    this.#sums = new Float32Array(width);
    this.#held = new Uint8Array(width);
  }

  add(term: number, count: number): void {
    const before = this.#sums[term] ?? 0;
    if (before === 0) {
      this.#held[this.#holds] = term;
      this.#holds += 1;
    }
    this.#sums[term] = before + count;
  }

  end(length: number): void {
    const rows = this.#rows;
    if (this.#size + this.#holds > rows.terms.length) this.#grow();
    for (let h = 0; h < this.#holds; h += 1) {
      const term = this.#held[h] ?? 0;
      rows.terms[this.#size + h] = term;
      rows.counts[this.#size + h] = this.#sums[term] ?? 0;
      this.#sums[term] = 0;
    }
    this.#size += this.#holds;
    this.#holds = 0;
    rows.lengths[this.#row] = length;
    this.#row += 1;
    rows.starts[this.#row] = this.#size;
  }

  finish(): TermCounts {
    return this.#rows;
  }

  #grow(): void {
    const { terms, counts, width } = this.#rows;
    this.#rows.terms = new Uint8Array(2 * terms.length + width);
    this.#rows.counts = new Float32Array(2 * counts.length + width);
    this.#rows.terms.set(terms);
    this.#rows.counts.set(counts);
  }
}

/** For each term of the query; higher for a term that few documents hold. */
export function inverseDocumentFrequencies({ width, terms, starts, lengths }: TermCounts): Float64Array {
  const holding = new Float64Array(width);
  const size = starts.at(-1) ?? 0;
  for (let k = 0; k < size; k += 1) holding[terms[k] ?? 0] = (holding[terms[k] ?? 0] ?? 0) + 1;
  return holding.map((count) => Math.log(1 + (lengths.length - count + 0.5) / (count + 0.5)));
}

/** BM25 of each document divided by the highest score possible, in [0, 1]. */
export function bm25(rows: TermCounts, idf: Float64Array, b = shortB): Float32Array {
  const { starts, terms, counts, lengths } = rows;
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length) || 1;
  const highest = idf.reduce((sum, value) => sum + value * (k1 + 1), 0) || 1;
  const scores = new Float32Array(lengths.length);
  for (let i = 0; i < scores.length; i += 1) {
    const norm = k1 * (1 - b + (b * (lengths[i] ?? 0)) / meanLength);
    const end = starts[i + 1] ?? 0;
    let sum = 0;
    for (let k = starts[i] ?? 0; k < end; k += 1) {
      const count = counts[k] ?? 0;
      sum += ((idf[terms[k] ?? 0] ?? 0) * count * (k1 + 1)) / (count + norm);
    }
    scores[i] = sum / highest;
  }
  return scores;
}
