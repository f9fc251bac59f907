import type { Evaluation, GainInterval } from './evaluate.ts';

/** Fewer held-out users say too little. */
const fewestUsers = 20;

/** Whether a candidate may see traffic, and why. */
export interface GateResult {
  passed: boolean;
  reason: string;
}

/** A candidate passes when it is surely better on the held-out users, both in log-loss and in first places. */
export function promotionGate({
  users,
  picks,
  log_loss_gain,
  hit_gain,
  candidate,
  serving,
}: Evaluation): GateResult {
  const hits = `first places ${percent(serving.hit)} → ${percent(candidate.hit)} ${interval(hit_gain)}`;
  const losses = `log-loss ${serving.log_loss.toFixed(3)} → ${candidate.log_loss.toFixed(3)} ${interval(log_loss_gain)}`;
  const found = `${hits}, ${losses} on ${picks} picks of ${users} held-out users`;
  const faults = [
    users < fewestUsers && `only ${users} held-out users, at least ${fewestUsers} are needed`,
    !(log_loss_gain.low > 0) && 'log-loss is not surely better',
    !(hit_gain.low > 0) && 'first places are not surely more',
  ].filter((fault) => fault !== false);
  if (faults.length === 0) return { passed: true, reason: `passed the gate: ${found}` };
  return { passed: false, reason: `${faults.join('; ')}: ${found}` };
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const interval = ({ low, high }: GainInterval) => `(gain ${low.toFixed(4)} to ${high.toFixed(4)})`;
