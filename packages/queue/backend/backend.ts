import type { Queue } from 'bullmq';

export interface RetryPolicy {
  attempts: number;
  /** Before the second attempt; doubles each time. */
  delayMs: number;
}

export interface QueueConfig {
  /** Unset: the queues live in a schema of the database. */
  redisUrl?: string | undefined;
  databaseUrl: string;
  retry?: RetryPolicy | undefined;
  /** Lowers the number of jobs that a consumer holds at a time: no other process can take what waits there. */
  maxConcurrentJobs?: number | undefined;
}

export type JobQueue = Pick<
  Queue,
  | 'name'
  | 'addBulk'
  | 'getJobCounts'
  | 'getJobScheduler'
  | 'upsertJobScheduler'
  | 'exportPrometheusMetrics'
  | 'isPaused'
  | 'resume'
  | 'getGlobalConcurrency'
  | 'removeGlobalConcurrency'
  | 'getGlobalRateLimit'
  | 'removeGlobalRateLimit'
  | 'removeRateLimitKey'
>;

/** Over connections that fail at once rather than wait. */
export interface Queues {
  get(name: string): JobQueue;
  /** Share of the backend's memory limit in use, in [0, 1]. */
  memoryUse(): Promise<number>;
  close(): Promise<void>;
}

export type OnError = (error: Error) => void;

export interface WorkerOptions {
  name: string;
  concurrency: number;
  onError: OnError;
}

export interface JobWorker {
  /** Never resolves on Postgres. */
  disconnected(): Promise<void>;
  /** Takes no more jobs and waits for those in flight; never resolves while Redis is down. */
  close(): Promise<void>;
  disconnect(): void;
}
