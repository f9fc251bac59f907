import { backgroundLoop } from '@learning-loop/async/background-loop';
import type { Db } from '@learning-loop/db/connect';
import { findDueDatasetBuilds, requestBuild, takeBuild } from '@learning-loop/db/training/dataset-builds';
import { newId } from '@learning-loop/events/ids';
import type { Service } from '@learning-loop/service/service';
import type { Config } from '../config.ts';
import { evaluateCandidates } from '../ranker/evaluate-candidates.ts';
import { runBuild } from './run-build.ts';

const lookEveryMs = 1_000;
/** A trainer beats every 5 s; after so long without it has died. */
const silentMs = 30_000;
/** No tenant's builds follow each other faster, unless they are asked for. */
const restMs = 60_000;

/**
 * Builds one dataset after another for as long as some are asked for, or a tenant's log has grown enough, and estimates
 * new candidates when nothing is to be built; disposing of it waits for the work at hand.
 */
export function runDatasetBuilds(service: Pick<Service<Config>, 'config' | 'log'>, db: Db): AsyncDisposable {
  const onError = (err: unknown) => service.log.warn({ err }, 'builds_not_read');
  const run = async () => ((await buildNext(service, db)) ? 0 : lookEveryMs);
  return backgroundLoop(run, { everyMs: lookEveryMs, onError });
}

/** False when nothing waits. */
async function buildNext(service: Pick<Service<Config>, 'config' | 'log'>, db: Db): Promise<boolean> {
  await requestDueBuilds(service, db);
  const build = await takeBuild(db, silentMs);
  if (build) await runBuild(service, db, build);
  else await evaluateCandidates(db, service.config.trainingDataDir);
  return build !== undefined;
}

async function requestDueBuilds(
  { config, log }: Pick<Service<Config>, 'config' | 'log'>,
  db: Db,
): Promise<void> {
  for (const { tenant_id, new_picks } of await findDueDatasetBuilds(db, config.minNewSamples, restMs)) {
    await requestBuild(db, tenant_id, newId());
    log.info({ tenant_id, new_picks }, 'dataset_due');
  }
}
