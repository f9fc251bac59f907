/** So many picks of a user are enough evidence to act without asking. */
const enough = 3;

/**
 * Whether the first place may be taken without asking: its calibrated confidence reaches the threshold, and the user
 * has picked often enough for it to mean something.
 */
export function autoAdvances(confidence: number, picks: number, threshold = 0.85): boolean {
  return confidence >= threshold && picks >= enough;
}
