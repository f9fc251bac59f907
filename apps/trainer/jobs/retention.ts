import { setTimeout } from 'node:timers/promises';
import type { Db } from '@learning-loop/db/connect';
import { deleteOlder } from '@learning-loop/db/privacy/retention';
import { exclusively } from '@learning-loop/db/transactions';
import type { Service } from '@learning-loop/service/service';
import { rewriteSegments } from '@learning-loop/training-log/rewrite';
import { mirrorLog } from '@learning-loop/training-log/s3/mirror';
import type { Config } from '../config.ts';

const dayMs = 24 * 60 * 60 * 1_000;

type Keeper = Pick<Config, 'retentionDays' | 'trainingLog' | 'trainingDataDir'>;

/** Deletes what is older than the retention time, at once and then every day. */
export function forgetOld({ config, log }: Pick<Service<Config>, 'config' | 'log'>, db: Db): AsyncDisposable {
  const stop = new AbortController();

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await exclusively(db, 'retention', () => forgetOlder(db, config, new Date())).then(
        (forgotten) => forgotten && log.info(forgotten, 'old_data_deleted'),
        (err: unknown) => log.warn({ err }, 'old_data_not_deleted'),
      );
      await setTimeout(dayMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

/** Deletes what is older at `now` than the retention time, and says how much. */
export async function forgetOlder(db: Db, keeper: Keeper, now: Date) {
  const { retentionDays, trainingLog, trainingDataDir } = keeper;
  const cutoff = new Date(now.getTime() - retentionDays * dayMs);
  const rows = await deleteOlder(db, cutoff);
  const oldest = cutoff.toISOString();
  const training_log_records = await rewriteSegments(trainingLog, ({ timestamp }) => timestamp >= oldest);
  await mirrorLog(trainingLog, trainingDataDir);
  return { rows, training_log_records };
}
