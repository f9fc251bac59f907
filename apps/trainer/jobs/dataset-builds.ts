import { backgroundLoop } from '@learning-loop/async/background-loop';
import type { Db } from '@learning-loop/db/connect';
import { findDueDatasetBuilds, requestBuild, takeBuild } from '@learning-loop/db/training/dataset-builds';
import { newId } from '@learning-loop/events/ids';
import type { Service } from '@learning-loop/service/service';
import type { Config } from '../config.ts';
import { evaluateCandidates } from '../ranker/evaluate-candidates.ts';
import { runBuild } from './run-build.ts';

const pollIntervalMs = 1_000;
/** Running builds send a heartbeat every 3 s. */
const heartbeatTimeoutMs = 12_000;
/** Between automatic builds of one tenant. */
const minIntervalMs = 60_000;

/** Runs requested and due builds one after another; when idle, evaluates new candidates. */
export function runDatasetBuilds(service: Pick<Service<Config>, 'config' | 'log'>, db: Db): AsyncDisposable {
  const onError = (err: unknown) => service.log.warn({ err }, 'builds_not_read');
  const run = async () => ((await buildNext(service, db)) ? 0 : pollIntervalMs);
  return backgroundLoop(run, { everyMs: pollIntervalMs, onError });
}

async function buildNext(service: Pick<Service<Config>, 'config' | 'log'>, db: Db): Promise<boolean> {
  await requestDueBuilds(service, db);
  const build = await takeBuild(db, heartbeatTimeoutMs);
  if (build) await runBuild(service, db, build);
  else await evaluateCandidates(db, service.config.trainingDataDir);
  return build !== undefined;
}

async function requestDueBuilds(
  { config, log }: Pick<Service<Config>, 'config' | 'log'>,
  db: Db,
): Promise<void> {
  for (const { tenant_id, new_picks } of await findDueDatasetBuilds(
    db,
    config.minNewSamples,
    minIntervalMs,
  )) {
    await requestBuild(db, tenant_id, newId());
    log.info({ tenant_id, new_picks }, 'dataset_due');
  }
}
