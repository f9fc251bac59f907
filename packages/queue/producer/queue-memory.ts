import type { Logger } from 'pino';
import type { BackendMemory } from '../backend/backend.ts';
import type { QueueMetrics } from '../metrics.ts';

/** The queue takes nothing more for want of memory: events are learned from the outbox, without it. */
export interface QueueFull {
  /** In one sentence, with what to do. */
  reason: string;
  /** When this process saw it first. */
  since: Date;
}

/** For health. Empty while the queue has room, or is down. */
export async function queueNotices(publisher: { full(): Promise<QueueFull | undefined> }): Promise<string[]> {
  const full = await publisher.full().catch(() => undefined);
  return full ? [`Since ${full.since.toISOString()}: ${full.reason}`] : [];
}

export interface QueueMemory {
  /** At most 1 s old. Rejects when the backend is down. */
  full(): Promise<QueueFull | undefined>;
}

/** Shares of the backend's limit. Full from the first on, and until it falls below the second. */
const [fullFrom, roomBelow] = [0.8, 0.75];
const readAgainMs = 1_000;

interface QueueMemoryOptions {
  read: () => Promise<BackendMemory>;
  log: Logger;
  metrics: QueueMetrics;
}

/** Says in the log and the metrics when the memory is full, and what is wrong with the way it is managed. */
export function watchQueueMemory({ read, log, metrics }: QueueMemoryOptions): QueueMemory {
  let full: QueueFull | undefined;
  let policySeen = 'noeviction';
  let freshUntil = 0;
  let reading: Promise<void> | undefined;

  function note({ share, policy }: BackendMemory): void {
    metrics.queueMemory.set(share);
    if (policy !== policySeen && policy !== 'noeviction')
      log.warn({ policy, reason: describeEviction(policy) }, 'queue_evicts');
    policySeen = policy;
    if (full === undefined && share >= fullFrom) enter(share);
    else if (full !== undefined && share < roomBelow) leave(share);
    else if (full !== undefined) full = { ...full, reason: describeFull(share) };
  }

  function enter(share: number): void {
    full = { reason: describeFull(share), since: new Date() };
    metrics.queueFullSince.set(full.since.getTime() / 1000);
    log.warn({ share, reason: full.reason }, 'queue_full');
  }

  function leave(share: number): void {
    log.info({ share, since: full?.since }, 'queue_has_room');
    full = undefined;
    metrics.queueFullSince.set(0);
  }

  async function readOnce(): Promise<void> {
    note(await read());
    freshUntil = performance.now() + readAgainMs;
  }

  return {
    async full() {
      if (performance.now() < freshUntil) return full;
      reading ??= readOnce().finally(() => {
        reading = undefined;
      });
      await reading;
      return full;
    },
  };
}

const describeFull = (share: number): string =>
  `Redis uses ${Math.round(100 * share)} % of its maxmemory, so events are learned from the outbox without the queue; ` +
  'raise maxmemory, remove what else is in this Redis, or give the queues one of their own.';

/** `volatile-*` evicts what has a time to live, such as the locks of jobs and the counters of rate limits. */
function describeEviction(policy: string): string {
  const what = policy.startsWith('volatile') ? 'the locks of jobs' : 'the queues';
  return (
    `Redis may evict ${what} when its memory is full (maxmemory-policy ${policy}); ` +
    'set maxmemory-policy to noeviction, in its configuration as well, or give the queues a Redis of their own.'
  );
}
