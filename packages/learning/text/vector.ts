/** The vector at length 1; zeros stay zeros. Changes what it is given. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  if (length === 0) return vector;
  for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] ?? 0) / length;
  return vector;
}

/** Four sums at once, which the processor adds side by side. Of vectors whose length is a multiple of four. */
export function dot(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i += 4) {
    s0 += (a[i] ?? 0) * (b[i] ?? 0);
    s1 += (a[i + 1] ?? 0) * (b[i + 1] ?? 0);
    s2 += (a[i + 2] ?? 0) * (b[i + 2] ?? 0);
    s3 += (a[i + 3] ?? 0) * (b[i + 3] ?? 0);
  }
  return s0 + s1 + s2 + s3;
}

/** Adds `factor` times the vector to the sum, in place. */
export function addTo(sum: Float32Array, vector: Float32Array, factor: number): void {
  for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + factor * (vector[i] ?? 0);
}

/** Where a meaning lies from the middle of its siblings; a unit vector, or zeros where it is the middle. */
export function preferenceDirection(meaning: Float32Array, siblings: Float32Array[]): Float32Array {
  const away = Float32Array.from(meaning);
  for (const sibling of siblings) addTo(away, sibling, -1 / siblings.length);
  return away.every((value) => Math.abs(value) < 1e-6) ? new Float32Array(meaning.length) : unit(away);
}

/** Four decimals: what is logged and shown needs no more. */
export function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
