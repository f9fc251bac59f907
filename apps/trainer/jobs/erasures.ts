import { backgroundLoop } from '@learning-loop/async/background-loop';
import type { Db } from '@learning-loop/db/connect';
import { keyOldReceipts, listPendingErasures } from '@learning-loop/db/privacy/erasures';
import { withAdvisoryLock } from '@learning-loop/db/transactions';
import type { Service } from '@learning-loop/service/service';
import type { Config } from '../config.ts';
import { eraseUsers, recordFailure } from '../privacy/erase-users.ts';

const pollIntervalMs = 1_000;
const afterErrorMs = 10_000;
const maxBatch = 100;

/** Runs in one replica at a time. */
export function runErasures(
  { config, log }: Pick<Service<Config>, 'config' | 'log'>,
  db: Db,
): AsyncDisposable {
  let keyed = false;
  async function eraseNext(): Promise<void> {
    if (!keyed) await keyOldReceipts(db);
    keyed = true;
    const erasures = await listPendingErasures(db, maxBatch);
    if (erasures.length === 0) return;
    try {
      await eraseUsers(db, config, erasures);
    } catch (error) {
      await recordFailure(db, erasures, error);
      throw error;
    }
    for (const { erasure_id } of erasures) log.info({ erasure_id }, 'user_erased');
  }

  const onError = (err: unknown) => log.warn({ err }, 'erasure_failed');
  const run = () => withAdvisoryLock(db, 'erasures', eraseNext);
  return backgroundLoop(run, { everyMs: pollIntervalMs, afterErrorMs, onError });
}
