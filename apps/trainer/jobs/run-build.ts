import type { Db } from '@learning-loop/db/connect';
import {
  type BuildOutcome,
  type DatasetBuild,
  finishBuild,
  heartbeatBuild,
} from '@learning-loop/db/training/dataset-builds';
import { requestFineTune } from '@learning-loop/db/training/fine-tunes';
import { listExcludedUsers } from '@learning-loop/db/users/settings';
import type { Service } from '@learning-loop/service/service';
import { mirrorLog } from '@learning-loop/training-log/s3/mirror';
import type { Config } from '../config.ts';
import { buildDataset, type Dataset, EmptyDataset } from '../dataset/build.ts';
import { trainAndRegister } from '../ranker/train-and-register.ts';

const beatEveryMs = 5_000;
const minPerUser = 20;
/** OpenAI takes no file with fewer examples. */
const fewestToTune = 10;

type Trainer = Pick<Service<Config>, 'config' | 'log'>;

/** Builds the dataset and ends the build, whatever comes of it. A build that fails says so and harms no other. */
export async function runBuild(trainer: Trainer, db: Db, build: DatasetBuild): Promise<void> {
  const { log } = trainer;
  const { build_id, tenant_id } = build;
  // A beat that fails is made up for by the next; that the build was taken over shows at its next step.
  const beat = setInterval(() => heartbeatBuild(db, build).catch(() => {}), beatEveryMs);
  try {
    const dataset = await buildFor(trainer, db, build);
    const { version, notes } = dataset.manifest;
    await finishBuild(db, build, { status: 'done', version, counts: countsOf(dataset), notes });
    log.info({ build_id, tenant_id, version, notes }, 'dataset_built');
    // The dataset stands, whatever comes of the fit.
    await trainAndRegister(trainer, db, dataset).catch((err: unknown) =>
      log.error({ err, build_id, tenant_id }, 'ranker_not_fitted'),
    );
    const samples = dataset.manifest.files['hypotheses_chat.jsonl']?.samples ?? 0;
    if (trainer.config.fineTune && samples >= fewestToTune)
      await requestFineTune(db, { tenant_id, dataset_version: version, provider: 'openai' });
  } catch (error) {
    await finishBuild(db, build, failure(error));
    if (error instanceof EmptyDataset) log.info({ build_id, tenant_id }, 'dataset_empty');
    else log.error({ err: error, build_id, tenant_id }, 'dataset_failed');
  } finally {
    clearInterval(beat);
  }
}

async function buildFor({ config }: Trainer, db: Db, build: DatasetBuild): Promise<Dataset> {
  const now = new Date();
  await mirrorLog(config.trainingLog, config.trainingDataDir);
  return await buildDataset({
    tenantId: build.tenant_id,
    buildId: build.build_id,
    trainingDataDir: config.trainingDataDir,
    minConfidence: config.minConfidence,
    maxShare: config.maxSharePerUser,
    minPerUser,
    excludedUsers: await listExcludedUsers(db, build.tenant_id),
    quarantineFrom: quarantineFrom(config.quarantineHours, now),
    now,
    progress: (step) => heartbeatBuild(db, build, step),
  });
}

/** Users first seen from this instant on are too new to be learned from; null without a quarantine. */
function quarantineFrom(hours: number, now: Date): string | null {
  return hours === 0 ? null : new Date(now.getTime() - hours * 3_600_000).toISOString();
}

function countsOf({ manifest }: Dataset): Record<string, number> {
  const files = Object.entries(manifest.files).flatMap(([file, { samples }]) =>
    samples === null ? [] : [[file, samples] as const],
  );
  return { ...manifest.filters['hypotheses_data'], ...Object.fromEntries(files) };
}

function failure(error: unknown): BuildOutcome {
  if (error instanceof EmptyDataset) return { status: 'empty', error: error.message };
  const message = error instanceof Error ? error.message : String(error);
  if (/no space left/i.test(message))
    return { status: 'failed', error: 'The disk is full; nothing was kept of this build.' };
  return { status: 'failed', error: message.slice(0, 2_000) };
}
