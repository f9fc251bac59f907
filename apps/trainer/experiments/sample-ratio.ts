/** So strong must the evidence be that users are not dealt out as intended: wrong once in a thousand experiments. */
export const mismatchEvidence = 1_000;

/** How firmly the intended shares are believed in, as pseudo-users. */
const concentration = 500;

/**
 * Evidence that users are not dealt out by the shares: the Bayes factor of a Dirichlet mixture around them against the
 * shares themselves, which may be looked at at any time (Lindon and Malek 2022, "Anytime-valid inference for
 * multinomial count data"). 1 says nothing.
 */
export function mismatch(counts: number[], shares: number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let log = lnGamma(concentration) - lnGamma(concentration + total);
  for (const [i, count] of counts.entries()) {
    const share = shares[i] ?? 0;
    log += lnGamma(concentration * share + count) - lnGamma(concentration * share) - count * Math.log(share);
  }
  return Math.exp(log);
}

/** ln Γ(x) for x > 0, by Stirling's series after shifting x to 8 or more; exact to 1e-12. */
function lnGamma(x: number): number {
  let [shift, z] = [0, x];
  for (; z < 8; z += 1) shift += Math.log(z);
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5) - 1 / (1680 * z ** 7);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
