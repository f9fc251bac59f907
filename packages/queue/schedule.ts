import { backgroundLoop } from '@learning-loop/async/background-loop';
import { retry } from '@learning-loop/async/retry';
import { throttledLog } from '@learning-loop/service/log';
import type { Service } from '@learning-loop/service/service';
import type { QueueConfig, Queues } from './backend/backend.ts';
import { closeWithTimeout } from './backend/bullmq-options.ts';
import { openQueues, openWorker } from './backend/open.ts';

const LOOK_MS = 5_000;
const CLOSE_MS = 5_000;

/**
 * Runs `run` whenever the cron pattern (five or six fields, UTC) says so, in one of the processes that schedule the
 * same queue. What `run` throws is logged; the next time comes all the same. The schedule is made again within 5 s
 * when Redis comes back empty.
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

  function keep(queues: Queues): AsyncDisposable {
    const queue = queues.get(queueName);
    return backgroundLoop(() => ensure(queue, queueName, cron), { everyMs: LOOK_MS, onError });
  }

  const queues = retry(() => openQueues(config, [queueName], onError), opening);
  const kept = queues.then(keep);
  const worker = retry(
    () =>
      openWorker(config, { name: queueName, concurrency: 1, onError }, () =>
        attempt(service.log, queueName, run),
      ),
    opening,
  );
  for (const started of [kept, worker]) started.catch(() => undefined);

  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      const opened = await worker.catch(() => undefined);
      if (opened) await closeWithTimeout(CLOSE_MS, opened);
      await kept.then((loop) => loop[Symbol.asyncDispose]()).catch(() => undefined);
      await queues.then((open) => open.close()).catch(() => undefined);
    },
  };
}

async function ensure(queue: ReturnType<Queues['get']>, name: string, cron: string): Promise<void> {
  const known = await queue.getJobScheduler(name);
  if (known?.pattern === cron) return;
  await queue.upsertJobScheduler(name, { pattern: cron, tz: 'UTC' }, { name });
}

async function attempt(
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
