import type { Queue } from 'bullmq';

/** How often a failing event is tried, and the wait before the second try, which doubles each time. */
export interface RetryPolicy {
  attempts: number;
  delayMs: number;
}

export interface QueueConfig {
  /** Set: the queues live in this Redis. Unset: in the database, in a schema of their own. */
  redisUrl?: string | undefined;
  databaseUrl: string;
  retry?: RetryPolicy | undefined;
  /** Jobs that a consumer has in hand at a time, if fewer than usual: what waits there no other process can take. */
  mostJobs?: number | undefined;
}

export type JobQueue = Pick<
  Queue,
  'name' | 'addBulk' | 'getJobCounts' | 'getJobScheduler' | 'upsertJobScheduler' | 'exportPrometheusMetrics'
>;

/** Queues of one engine, over connections that fail at once rather than wait. */
export interface Queues {
  get(name: string): JobQueue;
  /** The share of the engine's memory limit in use, in [0, 1]. */
  memoryUse(): Promise<number>;
  close(): Promise<void>;
}

export type OnError = (error: Error) => void;

export interface WorkerOptions {
  name: string;
  /** Jobs in hand at a time. */
  concurrency: number;
  onError: OnError;
}

export interface JobWorker {
  /** Resolves when the connection to its server is lost, if ever that is noticed. */
  disconnected(): Promise<void>;
  /** Stops taking, waits for the jobs in hand. Waits for ever when Redis is away. */
  close(): Promise<void>;
  /** Lets go of the connections without waiting for anything. */
  disconnect(): void;
}
