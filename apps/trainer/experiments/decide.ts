import type { Comparison, Variant } from '@learning-loop/db/schema/training';
import type { Snapshot } from '@learning-loop/db/training/experiments';
import type { VariantStats } from '@learning-loop/db/training/variant-stats';
import { mismatchThreshold, sampleRatioEvidence } from './sample-ratio.ts';
import { compareRates } from './sequential-test.ts';

const alpha = 0.05;
const guardAlpha = 0.01;
/** Without a decision by then, the difference is too small to matter. */
const maxSelections = 50_000;

export type Decision =
  | { kind: 'continue' }
  | { kind: 'promote' | 'roll_back'; model_id: string; reason: string }
  | { kind: 'stop'; outcome: 'invalid' | 'inconclusive'; reason: string };

/**
 * The first variant is the control. A variant with a significantly better first-place rate is promoted; one with a
 * worse first-place, selection or satisfaction rate is rolled back. Repeated evaluation is safe.
 */
export function decide(
  variants: Variant[],
  stats: VariantStats[],
): { decision: Decision; snapshot: Snapshot } {
  const [control, ...others] = variants;
  const getStats = ({ model_id }: Variant) =>
    stats.find((variantStats) => variantStats.model_id === model_id) ?? emptyVariant(model_id);
  const evidence = sampleRatioEvidence(
    variants.map((variant) => getStats(variant).assigned),
    variants.map(({ weight }) => weight),
  );
  const snapshot: Snapshot = { sample_ratio_evidence: evidence, variants: {} };
  if (!control) return { decision: { kind: 'continue' }, snapshot };
  const controlStats = getStats(control);
  let decision: Decision = { kind: 'continue' };
  for (const variant of others) {
    const variantStats = getStats(variant);
    const first_place = compareRates(
      controlStats.first_place,
      variantStats.first_place,
      alpha / others.length,
    );
    snapshot.variants[variantStats.model_id] = { ...selectionCounts(variantStats), first_place };
    if (decision.kind === 'continue')
      decision = compareToControl(controlStats, variantStats, first_place, others.length);
  }
  snapshot.variants[controlStats.model_id] = { ...selectionCounts(controlStats), first_place: null };
  if (evidence >= mismatchThreshold)
    return {
      decision: { kind: 'stop', outcome: 'invalid', reason: describeMismatch(variants, stats) },
      snapshot,
    };
  if (
    decision.kind === 'continue' &&
    variants.every((variant) => getStats(variant).first_place.n >= maxSelections)
  )
    decision = {
      kind: 'stop',
      outcome: 'inconclusive',
      reason: `no difference after ${maxSelections} answers each`,
    };
  return { decision, snapshot };
}

function compareToControl(
  control: VariantStats,
  variantStats: VariantStats,
  first: Comparison | null,
  comparisons: number,
): Decision {
  const { model_id } = variantStats;
  if (first && first.low > 0)
    return {
      kind: 'promote',
      model_id,
      reason: describeDifference('first-place rate', first, variantStats, alpha),
    };
  if (first && first.high < 0)
    return {
      kind: 'roll_back',
      model_id,
      reason: describeDifference('first-place rate', first, variantStats, alpha),
    };
  for (const metric of ['selection', 'satisfaction'] as const) {
    const guard = compareRates(control[metric], variantStats[metric], guardAlpha / comparisons);
    if (guard && guard.high < 0)
      return {
        kind: 'roll_back',
        model_id,
        reason: describeDifference(`${metric} rate`, guard, variantStats, guardAlpha),
      };
  }
  return { kind: 'continue' };
}

function describeDifference(
  metric: string,
  { control, variant, low, high }: Comparison,
  { first_place, assigned }: VariantStats,
  error: number,
): string {
  const toPoints = (share: number) => (share * 100).toFixed(1);
  return (
    `${metric} ${toPoints(variant)} % against ${toPoints(control)} % ` +
    `(always-valid ${(1 - error) * 100} % interval of the difference ${toPoints(low)} to ${toPoints(high)} points, ` +
    `${first_place.n} answers of ${assigned} users)`
  );
}

function describeMismatch(variants: Variant[], stats: VariantStats[]): string {
  const counts = variants.map(({ model_id, weight }) => {
    const assigned = stats.find((variantStats) => variantStats.model_id === model_id)?.assigned ?? 0;
    return `${model_id} ${assigned} users for a share of ${weight}`;
  });
  return `users are not dealt out by the shares, so nothing can be concluded: ${counts.join(', ')}`;
}

const selectionCounts = ({ assigned, interactions }: VariantStats) => ({ assigned, interactions });

function emptyVariant(model_id: string): VariantStats {
  const none = { users: 0, n: 0, y: 0, nn: 0, yy: 0, ny: 0 };
  return { model_id, assigned: 0, interactions: 0, first_place: none, selection: none, satisfaction: none };
}
