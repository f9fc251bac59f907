/** Four decimals: what is logged and shown needs no more. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
