/** `a`: symmetric, row-major n × n. Throws a RangeError if it is not positive definite. */
export function solveCholesky(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const l = cholesky(a, n);
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < i; k += 1) x[i] = at(x, i) - at(l, i * n + k) * at(x, k);
    x[i] = at(x, i) / at(l, i * n + i);
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < n; k += 1) x[i] = at(x, i) - at(l, k * n + i) * at(x, k);
    x[i] = at(x, i) / at(l, i * n + i);
  }
  return x;
}

function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = at(a, i * n + j);
      for (let k = 0; k < j; k += 1) sum -= at(l, i * n + k) * at(l, j * n + k);
      if (i === j && !(sum > 0)) throw new RangeError('the matrix is not positive definite');
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / at(l, j * n + j);
    }
  }
  return l;
}

const at = (values: Float64Array, i: number): number => values[i] ?? 0;
