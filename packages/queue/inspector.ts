import { retry } from '@learning-loop/async/retry';
import { type Consumer, consumers } from '@learning-loop/events/routes';
import { throttledLog } from '@learning-loop/service/log';
import type { Logger } from 'pino';
import type { JobQueue, QueueConfig } from './backend/backend.ts';
import { openQueues } from './backend/open.ts';

export interface Inspector extends AsyncDisposable {
  /** Resolves once the backend is reachable; rejects if disposed of before that. */
  opened: Promise<JobQueue[]>;
  /** By state; rejects when the backend is down. */
  counts(consumer: Consumer): Promise<Record<string, number>>;
}

export function openInspector(config: QueueConfig, log: Logger): Inspector {
  const stop = new AbortController();
  const onError = throttledLog(log, 'queues_not_seen');
  const opening = retry(() => openQueues(config, consumers, onError), {
    signal: stop.signal,
    onFirstFailure: onError,
  });
  let queues: Map<string, JobQueue> | undefined;
  const opened = opening.then((open) => {
    const all = consumers.map((consumer) => open.get(consumer));
    queues = new Map(all.map((queue) => [queue.name, queue]));
    return all;
  });
  opened.catch(() => undefined);

  return {
    opened,
    async counts(consumer) {
      const queue = queues?.get(consumer);
      if (!queue) throw new Error('The queues are not open yet.');
      return await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      const open = await opening.catch(() => undefined);
      await open?.close();
    },
  };
}
