import { backgroundLoop } from '@learning-loop/async/background-loop';
import { retry } from '@learning-loop/async/retry';
import { throttledLog } from '@learning-loop/service/log';
import type { Service } from '@learning-loop/service/service';
import type { QueueConfig, Queues } from './backend/backend.ts';
import { closeWithTimeout } from './backend/bullmq-options.ts';
import { openQueues, openWorker } from './backend/open.ts';

const CHECK_MS = 5_000;
const CLOSE_MS = 5_000;

/**
 * Calls `run` by the cron pattern (five or six fields, UTC), in one of the processes that schedule the same queue. Its
 * errors are logged. The schedule is restored within 5 s after Redis came back empty.
 */
export function schedule(
  service: Pick<Service<unknown>, 'log'>,
  queueName: string,
  cron: string,
  run: () => Promise<void>,
  config: QueueConfig,
): AsyncDisposable {
  const stop = new AbortController();
  const onError = throttledLog(service.log, 'schedule_troubled');
  const opening = { signal: stop.signal, onFirstFailure: onError };

  function keepSchedule(queues: Queues): AsyncDisposable {
    const queue = queues.get(queueName);
    return backgroundLoop(() => ensureSchedule(queue, queueName, cron), { everyMs: CHECK_MS, onError });
  }

  const queues = retry(() => openQueues(config, [queueName], onError), opening);
  const loop = queues.then(keepSchedule);
  const worker = retry(
    () =>
      openWorker(config, { name: queueName, concurrency: 1, onError }, () =>
        runAndLog(service.log, queueName, run),
      ),
    opening,
  );
  for (const started of [loop, worker]) started.catch(() => undefined);

  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      const opened = await worker.catch(() => undefined);
      if (opened) await closeWithTimeout(CLOSE_MS, opened);
      await loop.then((started) => started[Symbol.asyncDispose]()).catch(() => undefined);
      await queues.then((open) => open.close()).catch(() => undefined);
    },
  };
}

async function ensureSchedule(queue: ReturnType<Queues['get']>, name: string, cron: string): Promise<void> {
  const current = await queue.getJobScheduler(name);
  if (current?.pattern === cron) return;
  await queue.upsertJobScheduler(name, { pattern: cron, tz: 'UTC' }, { name });
}

async function runAndLog(
  log: Service<unknown>['log'],
  schedule: string,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (err) {
    log.error({ err, schedule }, 'scheduled_run_failed');
  }
}
