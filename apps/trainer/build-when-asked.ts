import { setTimeout } from 'node:timers/promises';
import type { Db } from '@learning-loop/db/connect';
import { finishBuild, takeBuild } from '@learning-loop/db/dataset-builds';
import type { Service } from '@learning-loop/service/service';
import { buildDataset } from './build-dataset.ts';
import type { Config } from './config.ts';

const lookEveryMs = 1_000;
const staleMs = 60 * 60 * 1_000;

/** Builds one dataset after another for as long as some are asked for; disposing of it waits for the one at work. */
export function buildWhenAsked(service: Pick<Service<Config>, 'config' | 'log'>, db: Db): AsyncDisposable {
  const stop = new AbortController();
  const working = work(service, db, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await working;
    },
  };
}

async function work(
  service: Pick<Service<Config>, 'config' | 'log'>,
  db: Db,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const built = await buildNext(service, db).catch((err: unknown) => {
      service.log.warn({ err }, 'builds_not_read');
      return false;
    });
    if (!built) await setTimeout(lookEveryMs, undefined, { signal }).catch(() => {});
  }
}

/** False when nothing waits. A build that fails says so in its row and harms no other. */
async function buildNext({ config, log }: Pick<Service<Config>, 'config' | 'log'>, db: Db): Promise<boolean> {
  const build = await takeBuild(db, staleMs);
  if (!build) return false;
  const { build_id } = build;
  try {
    const counts = await buildDataset(config);
    await finishBuild(db, build, { counts });
    log.info({ build_id, ...counts }, 'dataset_built');
  } catch (err) {
    await finishBuild(db, build, { error: String(err) });
    log.error({ err, build_id }, 'dataset_failed');
  }
  return true;
}
