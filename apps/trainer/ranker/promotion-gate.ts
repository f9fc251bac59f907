import type { Evaluation, GainInterval } from './evaluate.ts';

const minUsers = 20;

export interface GateResult {
  passed: boolean;
  reason: string;
}

/** Passes only if log-loss and first places are both significantly better on held-out users. */
export function promotionGate({
  users,
  picks,
  log_loss_gain,
  hit_gain,
  candidate,
  serving,
}: Evaluation): GateResult {
  const hits = `first places ${formatPercent(serving.hit)} → ${formatPercent(candidate.hit)} ${formatInterval(hit_gain)}`;
  const losses = `log-loss ${serving.log_loss.toFixed(3)} → ${candidate.log_loss.toFixed(3)} ${formatInterval(log_loss_gain)}`;
  const summary = `${hits}, ${losses} on ${picks} picks of ${users} held-out users`;
  const faults = [
    users < minUsers && `only ${users} held-out users, at least ${minUsers} are needed`,
    !(log_loss_gain.low > 0) && 'log-loss is not surely better',
    !(hit_gain.low > 0) && 'first places are not surely more',
  ].filter((fault) => fault !== false);
  if (faults.length === 0) return { passed: true, reason: `passed the gate: ${summary}` };
  return { passed: false, reason: `${faults.join('; ')}: ${summary}` };
}

const formatPercent = (share: number) => `${(share * 100).toFixed(1)} %`;
const formatInterval = ({ low, high }: GainInterval) => `(gain ${low.toFixed(4)} to ${high.toFixed(4)})`;
