/** k1 and b of Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework"; a small b suits short utterances. */
const k1 = 1.2;
const shortB = 0.4;
export const longB = 0.75;

/** One look into a table of so many places tells almost every foreign hash. */
const buckets = 2 ** 16;

export interface HashedText {
  hashes: Int32Array;
  /** Of each hash; null where each counts once. */
  times: Uint8Array | null;
  /** In terms. */
  length: number;
}

/** How often each term of a query occurs in each document: row-major, one row for each document. */
export interface TermCounts {
  width: number;
  counts: Float32Array;
  /** In terms, for each document. */
  lengths: Float32Array;
}

/** A query's terms, at most 255; of two in one bucket only the first. */
export interface QueryTerms {
  /** Place + 1 of each bucket; 0 for what the query does not hold. */
  places: Uint8Array;
  hashes: number[];
}

const maxTerms = 255;

export function toQueryTerms(hashes: Int32Array): QueryTerms {
  const places = new Uint8Array(buckets);
  const terms: number[] = [];
  for (const hash of hashes) {
    if (places[hash & (buckets - 1)] !== 0 || terms.length === maxTerms) continue;
    places[hash & (buckets - 1)] = terms.push(hash);
  }
  return { places, hashes: terms };
}

/** -1 for a term that the query does not hold. */
export function placeOf({ places, hashes }: QueryTerms, hash: number): number {
  const place = (places[hash & (buckets - 1)] ?? 0) - 1;
  return place >= 0 && hashes[place] === hash ? place : -1;
}

export function countTerms(query: QueryTerms, texts: readonly HashedText[]): TermCounts {
  const width = query.hashes.length;
  const counts = new Float32Array(width * texts.length);
  const lengths = new Float32Array(texts.length);
  for (let i = 0; i < texts.length; i += 1) {
    const { hashes, times, length } = texts[i] ?? noText;
    lengths[i] = length;
    for (let h = 0; h < hashes.length; h += 1) {
      const place = placeOf(query, hashes[h] ?? 0);
      if (place >= 0) add(counts, i * width + place, times === null ? 1 : (times[h] ?? 0));
    }
  }
  return { width, counts, lengths };
}

const noText: HashedText = { hashes: new Int32Array(0), times: null, length: 0 };

/** `Float32Array.from` takes ten times as long. */
export function mapToFloats<T>(all: readonly T[], compute: (one: T, i: number) => number): Float32Array {
  const floats = new Float32Array(all.length);
  for (let i = 0; i < all.length; i += 1) floats[i] = compute(all[i] as T, i);
  return floats;
}

/** The sums of the rows that `groupOf` gives to each of `groups` documents. */
export function sumRows(
  { width, counts, lengths }: TermCounts,
  groupOf: Int32Array,
  groups: number,
): TermCounts {
  const sums = { width, counts: new Float32Array(width * groups), lengths: new Float32Array(groups) };
  for (let i = 0; i < lengths.length; i += 1) addRow(sums, groupOf[i] ?? 0, { width, counts, lengths }, i);
  return sums;
}

/** Each row with the one before and the one after, where they belong to the same group. */
export function sumNeighbours(rows: TermCounts, groupOf: Int32Array): TermCounts {
  const sums = { ...rows, counts: Float32Array.from(rows.counts), lengths: Float32Array.from(rows.lengths) };
  for (let i = 1; i < groupOf.length; i += 1) {
    if (groupOf[i] !== groupOf[i - 1]) continue;
    addRow(sums, i, rows, i - 1);
    addRow(sums, i - 1, rows, i);
  }
  return sums;
}

function addRow(sums: TermCounts, to: number, rows: TermCounts, from: number): void {
  const { width } = rows;
  for (let term = 0; term < width; term += 1)
    add(sums.counts, to * width + term, rows.counts[from * width + term] ?? 0);
  add(sums.lengths, to, rows.lengths[from] ?? 0);
}

function add(numbers: Float32Array | Float64Array, place: number, value: number): void {
  numbers[place] = (numbers[place] ?? 0) + value;
}

/** For each term of the query; higher for a term that few documents hold. */
export function inverseDocumentFrequencies({ width, counts, lengths }: TermCounts): Float64Array {
  const holding = new Float64Array(width);
  for (let i = 0; i < lengths.length; i += 1)
    for (let term = 0; term < width; term += 1)
      if ((counts[i * width + term] ?? 0) > 0) add(holding, term, 1);
  return holding.map((count) => Math.log(1 + (lengths.length - count + 0.5) / (count + 0.5)));
}

/** BM25 of each document divided by the highest score possible, in [0, 1]. */
export function bm25({ width, counts, lengths }: TermCounts, idf: Float64Array, b = shortB): Float32Array {
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length) || 1;
  const highest = idf.reduce((sum, value) => sum + value * (k1 + 1), 0) || 1;
  return lengths.map((length, i) => {
    const norm = k1 * (1 - b + (b * length) / meanLength);
    let sum = 0;
    for (let term = 0; term < width; term += 1) {
      const count = counts[i * width + term] ?? 0;
      if (count > 0) sum += ((idf[term] ?? 0) * count * (k1 + 1)) / (count + norm);
    }
    return sum / highest;
  });
}
