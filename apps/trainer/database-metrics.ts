import type { Db } from '@learning-loop/db/connect';
import {
  countModels,
  deadLettersByConsumer,
  loadDatasetState,
  pendingByConsumer,
} from '@learning-loop/db/console/backlog';
import { type Consumer, routes } from '@learning-loop/events/routes';
import type { Service } from '@learning-loop/service/service';
import { Gauge } from 'prom-client';

const consumers: Consumer[] = [...new Set(Object.values(routes).flat())];

/** System-wide, so only this process exports them. If a query fails, the gauges keep their last values. */
export function registerDatabaseMetrics(
  { metrics, log }: Pick<Service<unknown>, 'metrics' | 'log'>,
  db: Db,
): void {
  const registers = [metrics];
  const labelNames = ['consumer'];
  const oldestPending = new Gauge({
    name: 'learning_loop_owed_oldest_seconds',
    help: 'Age of the oldest event that a consumer has not learned; 0 when there is none.',
    ...{ labelNames, registers },
  });
  const deadLetterCount = new Gauge({
    name: 'learning_loop_dead_letters',
    help: 'Events that a consumer gave up on and that nobody has replayed.',
    ...{ labelNames, registers },
  });
  const models = new Gauge({
    name: 'learning_loop_models',
    help: 'Models by kind and status.',
    ...{ labelNames: ['kind', 'status'], registers },
  });
  const failed = new Gauge({
    name: 'learning_loop_dataset_builds_failed',
    help: 'Dataset builds that failed since the last good one.',
    registers,
  });
  const built = new Gauge({
    name: 'learning_loop_dataset_built_timestamp_seconds',
    help: 'When the newest dataset was finished, seconds since 1970; 0 when there is none.',
    registers,
  });
  const pendingEvents = new Gauge({
    name: 'learning_loop_owed_events',
    help: 'Events that a consumer has not learned.',
    ...{ labelNames, registers },
    collect: () => read().catch((err: unknown) => log.debug({ err }, 'state_not_read')),
  });

  async function read(): Promise<void> {
    const [pending, deadLetters, dataset, counts] = await Promise.all([
      pendingByConsumer(db),
      deadLettersByConsumer(db),
      loadDatasetState(db),
      countModels(db),
    ]);
    for (const consumer of consumers) {
      const backlog = pending.find((one) => one.consumer === consumer);
      pendingEvents.set({ consumer }, backlog?.pending ?? 0);
      oldestPending.set({ consumer }, (backlog?.oldest_ms ?? 0) / 1000);
      deadLetterCount.set({ consumer }, deadLetters.find((one) => one.consumer === consumer)?.dead ?? 0);
    }
    built.set((dataset.built_at?.getTime() ?? 0) / 1000);
    failed.set(dataset.failed_since);
    models.reset();
    for (const { kind, status, models: count } of counts) models.set({ kind, status }, count);
  }
}
