/** Normalizes in place; a zero vector stays zero. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  if (length === 0) return vector;
  for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] ?? 0) / length;
  return vector;
}

/** The length must be a multiple of four: four independent sums run in parallel on the CPU. */
export const dot = (a: Float32Array, b: Float32Array): number => dotRow(a, b, 0);

/** With the numbers of `rows` from `from` on. */
export function dotRow(a: Float32Array, rows: Float32Array, from: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i += 4) {
    s0 += (a[i] ?? 0) * (rows[from + i] ?? 0);
    s1 += (a[i + 1] ?? 0) * (rows[from + i + 1] ?? 0);
    s2 += (a[i + 2] ?? 0) * (rows[from + i + 2] ?? 0);
    s3 += (a[i + 3] ?? 0) * (rows[from + i + 3] ?? 0);
  }
  return s0 + s1 + s2 + s3;
}

/** In place. */
export function addTo(sum: Float32Array, vector: Float32Array, factor: number): void {
  for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + factor * (vector[i] ?? 0);
}

/** Unit vector from the mean of the siblings to the embedding; zeros where they coincide. */
export function preferenceDirection(embedding: Float32Array, siblings: Float32Array[]): Float32Array {
  const offset = Float32Array.from(embedding);
  for (const sibling of siblings) addTo(offset, sibling, -1 / siblings.length);
  return offset.every((value) => Math.abs(value) < 1e-6) ? new Float32Array(embedding.length) : unit(offset);
}

/** To four decimals, which suffice for logs and responses. */
export function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
