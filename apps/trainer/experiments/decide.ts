import type { Comparison, Variant } from '@learning-loop/db/schema/training';
import type { Snapshot } from '@learning-loop/db/training/experiments';
import type { VariantStats } from '@learning-loop/db/training/variant-stats';
import { mismatch, mismatchEvidence } from './sample-ratio.ts';
import { compareRates } from './sequential-test.ts';

const alpha = 0.05;
const guardAlpha = 0.01;
/** After so many answers of the smallest variant without a decision, the difference is too small to matter. */
const enoughAnswers = 50_000;

export type Decision =
  | { kind: 'continue' }
  | { kind: 'promote' | 'roll_back'; model_id: string; reason: string }
  | { kind: 'stop'; outcome: 'invalid' | 'inconclusive'; reason: string };

/**
 * What to do with an experiment now. The first variant is the control. A variant that is surely better in first places
 * is promoted; one that is surely worse in first places, in selections or in satisfaction is rolled back. Looking
 * again and again makes neither surer than it says.
 */
export function decide(variants: Variant[], arms: VariantStats[]): { decision: Decision; look: Snapshot } {
  const [control, ...others] = variants;
  const armOf = ({ model_id }: Variant) =>
    arms.find((arm) => arm.model_id === model_id) ?? emptyVariant(model_id);
  const evidence = mismatch(
    variants.map((variant) => armOf(variant).assigned),
    variants.map(({ weight }) => weight),
  );
  const look: Snapshot = { sample_ratio_evidence: evidence, variants: {} };
  if (!control) return { decision: { kind: 'continue' }, look };
  const base = armOf(control);
  let decision: Decision = { kind: 'continue' };
  for (const variant of others) {
    const arm = armOf(variant);
    const first_place = compareRates(base.first_place, arm.first_place, alpha / others.length);
    look.variants[arm.model_id] = { ...selectionCounts(arm), first_place };
    if (decision.kind === 'continue') decision = compareToControl(base, arm, first_place, others.length);
  }
  look.variants[base.model_id] = { ...selectionCounts(base), first_place: null };
  if (evidence >= mismatchEvidence)
    return { decision: { kind: 'stop', outcome: 'invalid', reason: mismatchReason(variants, arms) }, look };
  if (
    decision.kind === 'continue' &&
    variants.every((variant) => armOf(variant).first_place.n >= enoughAnswers)
  )
    decision = {
      kind: 'stop',
      outcome: 'inconclusive',
      reason: `no difference after ${enoughAnswers} answers each`,
    };
  return { decision, look };
}

function compareToControl(
  control: VariantStats,
  arm: VariantStats,
  first: Comparison | null,
  comparisons: number,
): Decision {
  const { model_id } = arm;
  if (first && first.low > 0)
    return { kind: 'promote', model_id, reason: said('first-place rate', first, arm, alpha) };
  if (first && first.high < 0)
    return { kind: 'roll_back', model_id, reason: said('first-place rate', first, arm, alpha) };
  for (const metric of ['selection', 'satisfaction'] as const) {
    const guard = compareRates(control[metric], arm[metric], guardAlpha / comparisons);
    if (guard && guard.high < 0)
      return { kind: 'roll_back', model_id, reason: said(`${metric} rate`, guard, arm, guardAlpha) };
  }
  return { kind: 'continue' };
}

function said(
  metric: string,
  { control, variant, low, high }: Comparison,
  { first_place, assigned }: VariantStats,
  error: number,
): string {
  const points = (share: number) => (share * 100).toFixed(1);
  return (
    `${metric} ${points(variant)} % against ${points(control)} % ` +
    `(always-valid ${(1 - error) * 100} % interval of the difference ${points(low)} to ${points(high)} points, ` +
    `${first_place.n} answers of ${assigned} users)`
  );
}

function mismatchReason(variants: Variant[], arms: VariantStats[]): string {
  const counts = variants.map(({ model_id, weight }) => {
    const assigned = arms.find((arm) => arm.model_id === model_id)?.assigned ?? 0;
    return `${model_id} ${assigned} users for a share of ${weight}`;
  });
  return `users are not dealt out by the shares, so nothing can be concluded: ${counts.join(', ')}`;
}

const selectionCounts = ({ assigned, interactions }: VariantStats) => ({ assigned, interactions });

function emptyVariant(model_id: string): VariantStats {
  const none = { users: 0, n: 0, y: 0, nn: 0, yy: 0, ny: 0 };
  return { model_id, assigned: 0, interactions: 0, first_place: none, selection: none, satisfaction: none };
}
