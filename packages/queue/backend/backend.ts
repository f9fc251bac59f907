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

export interface BackendMemory {
  /** Of the backend's limit, in [0, 1]; 0 where there is no limit. */
  share: number;
  /** Redis's `maxmemory-policy`; `noeviction` where nothing is evicted. */
  policy: string;
}

/** Over connections that fail at once rather than wait. */
export interface Queues {
  get(name: string): JobQueue;
  memory(): Promise<BackendMemory>;
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
