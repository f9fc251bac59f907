/** Eigenvectors of the covariance of centered rows, largest variance first, by Jacobi rotations. */
export function principalAxes(rows: number[][]): number[][] {
  const matrix = covariance(rows);
  const axes = matrix.map((_, i) => matrix.map((__, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 12; sweep += 1) rotateAll(matrix, axes);
  return matrix
    .map((row, i) => ({ variance: row[i] ?? 0, axis: axes.map((values) => values[i] ?? 0) }))
    .sort((a, b) => b.variance - a.variance)
    .map(({ axis }) => axis);
}

function covariance(rows: number[][]): number[][] {
  const size = rows[0]?.length ?? 0;
  const sums = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const row of rows) {
    for (const [i, line] of sums.entries()) {
      for (let j = 0; j < size; j += 1) line[j] = (line[j] ?? 0) + (row[i] ?? 0) * (row[j] ?? 0);
    }
  }
  return sums;
}

function rotateAll(matrix: number[][], axes: number[][]): void {
  for (let p = 0; p < matrix.length - 1; p += 1) {
    for (let q = p + 1; q < matrix.length; q += 1) rotate(matrix, axes, p, q);
  }
}

/** Makes matrix[p][q] zero (Golub & Van Loan, "Matrix Computations", 8.5). */
function rotate(matrix: number[][], axes: number[][], p: number, q: number): void {
  const off = matrix[p]?.[q] ?? 0;
  if (off === 0) return;
  const theta = ((matrix[q]?.[q] ?? 0) - (matrix[p]?.[p] ?? 0)) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const columns = [...matrix, ...axes];
  for (const row of columns) mix(row, row, p, q, c, t * c);
  const [rowP, rowQ] = [matrix[p] ?? [], matrix[q] ?? []];
  for (let i = 0; i < rowP.length; i += 1) {
    const [a, b] = [rowP[i] ?? 0, rowQ[i] ?? 0];
    rowP[i] = c * a - t * c * b;
    rowQ[i] = t * c * a + c * b;
  }
}

function mix(into: number[], row: number[], p: number, q: number, c: number, s: number): void {
  const [a, b] = [row[p] ?? 0, row[q] ?? 0];
  into[p] = c * a - s * b;
  into[q] = s * a + c * b;
}
