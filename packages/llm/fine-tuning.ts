import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import OpenAI, { APIError } from 'openai';
import { retryAfterMs } from './client/errors.ts';

export interface FineTuningConfig {
  baseUrl: string;
  apiKey: string;
}

export interface FineTuneJob {
  job_id: string;
  status: 'running' | 'succeeded' | 'failed';
  model: string | null;
  error: string | null;
}

export class FineTuneError extends Error {
  /** Null for a permanent error. */
  readonly retryAfterMs: number | null;

  constructor(message: string, retryAfter: number | null, cause?: unknown) {
    super(message, { cause });
    this.retryAfterMs = retryAfter;
  }
}

/** Every call rejects with a FineTuneError. */
export interface FineTuning {
  /** Uploads a JSONL file; resolves with its id. */
  upload(path: string): Promise<string>;
  start(request: NewJob): Promise<FineTuneJob>;
  /** By our unique name, so that a crash leads to no second job. */
  find(name: string): Promise<FineTuneJob | null>;
  get(jobId: string): Promise<FineTuneJob>;
}

interface NewJob {
  name: string;
  model: string;
  trainingFile: string;
  validationFile: string | null;
}

const nameKey = 'learning_loop';
const maxJobsRead = 200;
const retryDelayMs = 30_000;

export function connectFineTuning({ baseUrl, apiKey }: FineTuningConfig): FineTuning {
  const { files, fineTuning } = new OpenAI({
    baseURL: baseUrl,
    apiKey,
    // Otherwise the client reads them from the environment, bypassing our configuration.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    timeout: 600_000,
  });
  return {
    upload: (path) =>
      convertErrors(async () => {
        // A stream of a file that is gone would end the process: nobody listens to its error.
        const file = new File([await openAsBlob(path)], basename(path));
        return (await files.create({ file, purpose: 'fine-tune' })).id;
      }),
    start: ({ name, model, trainingFile, validationFile }) =>
      convertErrors(async () =>
        toFineTuneJob(
          await fineTuning.jobs.create({
            model,
            training_file: trainingFile,
            ...(validationFile === null ? {} : { validation_file: validationFile }),
            suffix: 'learning-loop',
            metadata: { [nameKey]: name },
          }),
        ),
      ),
    find: (name) =>
      convertErrors(async () => {
        let read = 0;
        for await (const job of fineTuning.jobs.list({ limit: 100 })) {
          if (job.metadata?.[nameKey] === name) return toFineTuneJob(job);
          if (++read >= maxJobsRead) break;
        }
        return null;
      }),
    get: (jobId) => convertErrors(async () => toFineTuneJob(await fineTuning.jobs.retrieve(jobId))),
  };
}

function toFineTuneJob({
  id,
  status,
  fine_tuned_model,
  error,
}: OpenAI.FineTuning.FineTuningJob): FineTuneJob {
  const failed = status === 'failed' || status === 'cancelled';
  return {
    job_id: id,
    status: status === 'succeeded' ? 'succeeded' : failed ? 'failed' : 'running',
    model: fine_tuned_model,
    error: failed ? (error?.message ?? `the job was ${status}`) : null,
  };
}

async function convertErrors<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toFineTuneError(error);
  }
}

function toFineTuneError(error: unknown): FineTuneError {
  const status = error instanceof APIError ? error.status : undefined;
  if (status === 401 || status === 403)
    return new FineTuneError(`The server refuses the key (${status}); set OPENAI_API_KEY anew.`, null, error);
  const retryable =
    status === undefined || status === 408 || status === 409 || status === 429 || status >= 500;
  const message = error instanceof Error ? error.message : String(error);
  return new FineTuneError(
    message.slice(0, 500),
    retryable ? (retryAfterMs(error) ?? retryDelayMs) : null,
    error,
  );
}
