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

const lookEveryMs = 5_000;
/** Looking takes at most this share of the time. */
const busyShare = 0.05;

/** Looks at every running experiment again and again, and promotes or rolls back. Replicas may all do so. */
export function monitorExperiments({ log }: Pick<Service<unknown>, 'log'>, db: Db): AsyncDisposable {
  async function run(): Promise<number> {
    const begun = performance.now();
    await evaluateExperiments(db, log);
    return Math.max(lookEveryMs, (performance.now() - begun) / busyShare);
  }
  const onError = (err: unknown) => log.warn({ err }, 'experiments_not_read');
  return backgroundLoop(run, { everyMs: lookEveryMs, onError });
}

/** Looks once at every running experiment, and does what the test says. */
export async function evaluateExperiments(db: Db, log: Service<unknown>['log']): Promise<void> {
  for (const experiment of await listRunningExperiments(db)) {
    const { tenant_id, experiment_id, variants } = experiment;
    const { decision, look } = decide(variants, await loadVariantStats(db, experiment));
    await saveSnapshot(db, experiment, look, { decides: decision.kind !== 'continue' });
    if (decision.kind === 'continue') continue;
    if (await applyDecision(db, experiment, decision))
      log.info({ tenant_id, experiment_id, ...decision }, 'experiment_decided');
  }
}

/** False when somebody else has decided meanwhile. */
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

/** The other variants, if any, go on in an experiment of their own; the loser's share is the control's. */
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
