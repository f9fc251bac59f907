import { backgroundLoop } from '@learning-loop/async/background-loop';
import type { Db } from '@learning-loop/db/connect';
import {
  type Experiment,
  listRunningExperiments,
  saveSnapshot,
  startExperiment,
  stopExperiment,
} from '@learning-loop/db/training/experiments';
import { promote, rollBack } from '@learning-loop/db/training/promotion';
import { loadVariantStats } from '@learning-loop/db/training/variant-stats';
import { newId } from '@learning-loop/events/ids';
import type { Service } from '@learning-loop/service/service';
import { type Decision, decide } from '../experiments/decide.ts';

const pollIntervalMs = 5_000;
/** Maximum share of time spent on evaluation. */
const busyShare = 0.05;

export const toPauseMs = (tookMs: number): number => Math.max(pollIntervalMs, tookMs / busyShare);

/** Safe to run in several replicas. */
export function monitorExperiments({ log }: Pick<Service<unknown>, 'log'>, db: Db): AsyncDisposable {
  async function run(): Promise<number> {
    const started = performance.now();
    await evaluateExperiments(db, log);
    return toPauseMs(performance.now() - started);
  }
  const onError = (err: unknown) => log.warn({ err }, 'experiments_not_read');
  return backgroundLoop(run, { everyMs: pollIntervalMs, onError });
}

export async function evaluateExperiments(db: Db, log: Service<unknown>['log']): Promise<void> {
  for (const experiment of await listRunningExperiments(db)) {
    const { tenant_id, experiment_id, variants } = experiment;
    const { decision, snapshot } = decide(variants, await loadVariantStats(db, experiment));
    await saveSnapshot(db, experiment, snapshot, { decides: decision.kind !== 'continue' });
    if (decision.kind === 'continue') continue;
    if (await applyDecision(db, experiment, decision))
      log.info({ tenant_id, experiment_id, ...decision }, 'experiment_decided');
  }
}

/** Returns false if another process has decided. */
async function applyDecision(
  db: Db,
  experiment: Experiment,
  decision: Exclude<Decision, { kind: 'continue' }>,
): Promise<boolean> {
  const { tenant_id } = experiment;
  if (decision.kind === 'stop') return stopExperiment(db, experiment, decision.outcome, decision.reason);
  if (decision.kind === 'promote')
    return (await promote(db, tenant_id, decision.model_id, decision.reason)) === 'done';
  if ((await rollBack(db, tenant_id, decision.model_id, decision.reason)) !== 'done') return false;
  await continueWithout(db, experiment, decision.model_id);
  return true;
}

/** Remaining variants continue in a new experiment; the control gets the loser's share. */
async function continueWithout(
  db: Db,
  { tenant_id, kind, variants }: Experiment,
  loser: string,
): Promise<void> {
  const freed = variants.find(({ model_id }) => model_id === loser)?.weight ?? 0;
  const [control, ...others] = variants.filter(({ model_id }) => model_id !== loser);
  if (!control || others.length === 0) return;
  const next = [{ ...control, weight: control.weight + freed }, ...others];
  await startExperiment(db, { tenant_id, experiment_id: newId(), kind, variants: next });
}
