import { createReadStream } from 'node:fs';
import OpenAI, { APIError } from 'openai';
import { retryAfterMs } from './client/call-policy.ts';

/** A server with OpenAI's fine-tuning API. */
export interface FineTuningConfig {
  baseUrl: string;
  apiKey: string;
}

export interface FineTuneJob {
  job_id: string;
  status: 'running' | 'succeeded' | 'failed';
  /** The tuned model, once it succeeded. */
  model: string | null;
  /** What the server says went wrong. */
  error: string | null;
}

/** The server did not do it. `retryAfterMs` says when to try again; null that trying again is of no use. */
export class FineTuneError extends Error {
  readonly retryAfterMs: number | null;

  constructor(message: string, retryAfter: number | null, cause: unknown) {
    super(message, { cause });
    this.retryAfterMs = retryAfter;
  }
}

/** Every call rejects with a FineTuneError. */
export interface FineTuning {
  /** Uploads a JSONL file; returns the id that the server knows it by. */
  upload(path: string): Promise<string>;
  start(request: NewJob): Promise<FineTuneJob>;
  /** The job that was started under this name, if there is one: so that a crash does not lead to a second. */
  find(name: string): Promise<FineTuneJob | null>;
  look(jobId: string): Promise<FineTuneJob>;
}

interface NewJob {
  /** Ours, unique. */
  name: string;
  model: string;
  trainingFile: string;
  validationFile: string | null;
}

const nameKey = 'learning_loop';
const mostJobsRead = 200;
const waitMs = 30_000;

export function connectFineTuning({ baseUrl, apiKey }: FineTuningConfig): FineTuning {
  const { files, fineTuning } = new OpenAI({
    baseURL: baseUrl,
    apiKey,
    // Without these the client would take them from the environment, behind the configuration's back.
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
      told(async () => (await files.create({ file: createReadStream(path), purpose: 'fine-tune' })).id),
    start: ({ name, model, trainingFile, validationFile }) =>
      told(async () =>
        jobOf(
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
      told(async () => {
        let read = 0;
        for await (const job of fineTuning.jobs.list({ limit: 100 })) {
          if (job.metadata?.[nameKey] === name) return jobOf(job);
          if (++read >= mostJobsRead) break;
        }
        return null;
      }),
    look: (jobId) => told(async () => jobOf(await fineTuning.jobs.retrieve(jobId))),
  };
}

function jobOf({ id, status, fine_tuned_model, error }: OpenAI.FineTuning.FineTuningJob): FineTuneJob {
  const failed = status === 'failed' || status === 'cancelled';
  return {
    job_id: id,
    status: status === 'succeeded' ? 'succeeded' : failed ? 'failed' : 'running',
    model: fine_tuned_model,
    error: failed ? (error?.message ?? `the job was ${status}`) : null,
  };
}

async function told<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw faultOf(error);
  }
}

function faultOf(error: unknown): FineTuneError {
  const status = error instanceof APIError ? error.status : undefined;
  if (status === 401 || status === 403)
    return new FineTuneError(`The server refuses the key (${status}); set OPENAI_API_KEY anew.`, null, error);
  const again = status === undefined || status === 408 || status === 409 || status === 429 || status >= 500;
  const message = error instanceof Error ? error.message : String(error);
  return new FineTuneError(message.slice(0, 500), again ? (retryAfterMs(error) ?? waitMs) : null, error);
}
