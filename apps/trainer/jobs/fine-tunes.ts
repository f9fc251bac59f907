import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { backgroundLoop } from '@learning-loop/async/background-loop';
import type { Db } from '@learning-loop/db/connect';
import { markIfErasedMeanwhile } from '@learning-loop/db/privacy/retraining';
import { type FineTune, listDueFineTunes, updateFineTune } from '@learning-loop/db/training/fine-tunes';
import { configuredModel, findActiveModel, insertModel } from '@learning-loop/db/training/models';
import { requireSession, withAdvisoryLock } from '@learning-loop/db/transactions';
import { FineTuneError, type FineTuneJob, type FineTuning } from '@learning-loop/llm/fine-tuning';
import type { Service } from '@learning-loop/service/service';
import { datasetsDirectory } from '../dataset/storage.ts';

export interface FineTuner {
  api: FineTuning;
  baseModel: string;
  trainingDataDir: string;
  log: Service<unknown>['log'];
  /** Rejects if another process may have gone on with these jobs. */
  requireLock?: () => Promise<void>;
}

const pollIntervalMs = 5_000;
/** A job takes from minutes to hours. */
const jobPollIntervalMs = 30_000;

/** Runs in one replica at a time, and resumes jobs after a crash. */
export function pollFineTunes(tuner: FineTuner, db: Db): AsyncDisposable {
  const onError = (err: unknown) => tuner.log.warn({ err }, 'fine_tunes_not_read');
  const run = () =>
    withAdvisoryLock(db, 'fine-tunes', (connection) =>
      advanceFineTunes({ ...tuner, requireLock: () => requireSession(connection) }, db),
    );
  return backgroundLoop(run, { everyMs: pollIntervalMs, onError });
}

/** A rejection by the server ends a fine-tune; if the server is busy, it is retried. */
export async function advanceFineTunes(tuner: FineTuner, db: Db): Promise<void> {
  for (const tune of await listDueFineTunes(db)) {
    try {
      await advance(tuner, db, tune);
    } catch (error) {
      if (!(error instanceof FineTuneError)) throw error;
      await recordFailure(tuner, db, tune, error);
    }
  }
}

async function recordFailure(
  { log }: FineTuner,
  db: Db,
  tune: FineTune,
  error: FineTuneError,
): Promise<void> {
  const { tenant_id, dataset_version } = tune;
  const { message, retryAfterMs } = error;
  log.warn({ tenant_id, dataset_version, retryAfterMs, error: message }, 'fine_tune_refused');
  if (retryAfterMs === null) await updateFineTune(db, tune, { status: 'failed', error: message });
  else await updateFineTune(db, tune, { error: message }, retryAfterMs);
}

async function advance(tuner: FineTuner, db: Db, tune: FineTune): Promise<void> {
  if (tune.job_id !== null) return followJob(tuner, db, tune, await tuner.api.get(tune.job_id));
  const name = `${tune.tenant_id}/${tune.dataset_version}`;
  const job = (await tuner.api.find(name)) ?? (await startJob(tuner, db, tune, name));
  await updateFineTune(db, tune, { status: 'running', job_id: job.job_id, error: null });
  tuner.log.info({ tenant_id: tune.tenant_id, job_id: job.job_id }, 'fine_tune_started');
}

async function startJob(tuner: FineTuner, db: Db, tune: FineTune, name: string): Promise<FineTuneJob> {
  const directory = join(datasetsDirectory(tuner.trainingDataDir, tune.tenant_id), tune.dataset_version);
  if (!existsSync(directory)) throw new FineTuneError('Newer datasets have replaced this one.', null);
  const trainingFile =
    tune.training_file ?? (await tuner.api.upload(join(directory, 'hypotheses_chat.jsonl')));
  await updateFineTune(db, tune, { training_file: trainingFile });
  const validation = join(directory, 'hypotheses_chat.validation.jsonl');
  const hasValidation = (await stat(validation)).size > 0;
  const validationFile = tune.validation_file ?? (hasValidation ? await tuner.api.upload(validation) : null);
  await updateFineTune(db, tune, { validation_file: validationFile });
  // A second job would cost as much again.
  await tuner.requireLock?.();
  return tuner.api.start({ name, model: tuner.baseModel, trainingFile, validationFile });
}

async function followJob({ log }: FineTuner, db: Db, tune: FineTune, job: FineTuneJob): Promise<void> {
  const { tenant_id, dataset_version, provider } = tune;
  if (job.status === 'running') return updateFineTune(db, tune, { error: null }, jobPollIntervalMs);
  if (job.status === 'failed' || job.model === null) {
    const error = job.error ?? 'the job succeeded without a model';
    await updateFineTune(db, tune, { status: 'failed', error });
    log.error({ tenant_id, dataset_version, error }, 'fine_tune_failed');
    return;
  }
  const parent_id = (await findActiveModel(db, tenant_id, 'llm'))?.model_id ?? configuredModel;
  await insertModel(db, {
    ...{ tenant_id, model_id: job.model, kind: 'llm', status: 'candidate', dataset_version, parent_id },
    artifact: JSON.stringify({ provider, model: job.model }),
    metrics: JSON.stringify({ job_id: job.job_id }),
    reason: `fine-tuned on dataset ${dataset_version}`,
  });
  await markIfErasedMeanwhile(db, tenant_id, job.model);
  await updateFineTune(db, tune, { status: 'succeeded', model_id: job.model, error: null });
  log.info({ tenant_id, dataset_version, model_id: job.model }, 'fine_tuned');
}
