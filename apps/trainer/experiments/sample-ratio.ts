/** A Bayes factor: false alarms in one of a thousand experiments. */
export const mismatchThreshold = 1_000;

/** Prior weight of the intended shares, in pseudo-users. */
const concentration = 500;

/**
 * Bayes factor of a Dirichlet mixture around the intended shares against the shares themselves, valid at any time
 * (Lindon and Malek 2022, "Anytime-valid inference for multinomial count data"). 1 is no evidence.
 */
export function sampleRatioEvidence(assignments: number[], shares: number[]): number {
  const total = assignments.reduce((sum, assigned) => sum + assigned, 0);
  let log = lnGamma(concentration) - lnGamma(concentration + total);
  for (const [i, assigned] of assignments.entries()) {
    const share = shares[i] ?? 0;
    log +=
      lnGamma(concentration * share + assigned) - lnGamma(concentration * share) - assigned * Math.log(share);
  }
  return Math.exp(log);
}

/** ln Γ(x) for x > 0, by Stirling's series after shifting x to 8 or more; accurate to 1e-12. */
function lnGamma(x: number): number {
  let [shift, z] = [0, x];
  for (; z < 8; z += 1) shift += Math.log(z);
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5) - 1 / (1680 * z ** 7);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
