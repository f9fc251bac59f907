import type { Db } from '@learning-loop/db/connect';
import {
  type BuildOutcome,
  type DatasetBuild,
  finishBuild,
  heartbeatBuild,
} from '@learning-loop/db/training/dataset-builds';
import { requestFineTune } from '@learning-loop/db/training/fine-tunes';
import { readDatabaseTime } from '@learning-loop/db/transactions';
import { listExcludedUsers } from '@learning-loop/db/users/settings';
import type { Service } from '@learning-loop/service/service';
import { mirrorLog } from '@learning-loop/training-log/s3/mirror';
import type { Config } from '../config.ts';
import { buildDataset, type Dataset, EmptyDataset } from '../dataset/build.ts';
import { trainAndRegister } from '../ranker/train-and-register.ts';

const heartbeatMs = 3_000;
const minPerUser = 20;
/** OpenAI's minimum. */
const minFineTuneExamples = 10;

type Trainer = Pick<Service<Config>, 'config' | 'log'>;

/** A failed build does not affect others. */
export async function runBuild(trainer: Trainer, db: Db, build: DatasetBuild): Promise<void> {
  const { log } = trainer;
  const { build_id, tenant_id } = build;
  // The next heartbeat makes up for a failed one; a takeover is noticed at the next step.
  const heartbeat = setInterval(() => heartbeatBuild(db, build).catch(() => {}), heartbeatMs);
  try {
    const dataset = await buildTenantDataset(trainer, db, build);
    const { version, notes } = dataset.manifest;
    await finishBuild(db, build, { status: 'done', version, counts: toCounts(dataset), notes });
    log.info({ build_id, tenant_id, version, notes }, 'dataset_built');
    // A failed fit does not invalidate the dataset.
    await trainAndRegister(trainer, db, dataset).catch((err: unknown) =>
      log.error({ err, build_id, tenant_id }, 'ranker_not_fitted'),
    );
    const samples = dataset.manifest.files['hypotheses_chat.jsonl']?.samples ?? 0;
    if (trainer.config.fineTune && samples >= minFineTuneExamples)
      await requestFineTune(db, { tenant_id, dataset_version: version, provider: 'openai' });
  } catch (error) {
    await finishBuild(db, build, toOutcome(error));
    if (error instanceof EmptyDataset) log.info({ build_id, tenant_id }, 'dataset_empty');
    else log.error({ err: error, build_id, tenant_id }, 'dataset_failed');
  } finally {
    clearInterval(heartbeat);
  }
}

async function buildTenantDataset({ config }: Trainer, db: Db, build: DatasetBuild): Promise<Dataset> {
  const now = await readDatabaseTime(db);
  await mirrorLog(config.trainingLog, config.trainingDataDir);
  return await buildDataset({
    tenantId: build.tenant_id,
    buildId: build.build_id,
    trainingDataDir: config.trainingDataDir,
    minConfidence: config.minConfidence,
    maxShare: config.maxSharePerUser,
    minPerUser,
    excludedUsers: await listExcludedUsers(db, build.tenant_id),
    quarantineFrom: toQuarantineStart(config.quarantineHours, now),
    now,
    progress: (step) => heartbeatBuild(db, build, step),
  });
}

function toQuarantineStart(hours: number, now: Date): string | null {
  return hours === 0 ? null : new Date(now.getTime() - hours * 3_600_000).toISOString();
}

function toCounts({ manifest }: Dataset): Record<string, number> {
  const files = Object.entries(manifest.files).flatMap(([file, { samples }]) =>
    samples === null ? [] : [[file, samples] as const],
  );
  return { ...manifest.filters['hypotheses_data'], ...Object.fromEntries(files) };
}

export function toOutcome(error: unknown): BuildOutcome {
  if (error instanceof EmptyDataset) return { status: 'empty', error: error.message };
  const message = error instanceof Error ? error.message : String(error);
  if (/no space left/i.test(message))
    return { status: 'failed', error: 'The disk is full; nothing was kept of this build.' };
  return { status: 'failed', error: message.slice(0, 2_000) };
}
