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

/**
 * What the database says of the whole system, read whenever the metrics are: one process tells it, for all. While the
 * database is away the last values stand.
 */
export function registerDatabaseMetrics(
  { metrics, log }: Pick<Service<unknown>, 'metrics' | 'log'>,
  db: Db,
): void {
  const registers = [metrics];
  const labelNames = ['consumer'];
  const oldest = new Gauge({
    name: 'learning_loop_owed_oldest_seconds',
    help: 'Age of the oldest event that a consumer has not learned; 0 when there is none.',
    ...{ labelNames, registers },
  });
  const dead = new Gauge({
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
  const owed = new Gauge({
    name: 'learning_loop_owed_events',
    help: 'Events that a consumer has not learned.',
    ...{ labelNames, registers },
    collect: () => read().catch((err: unknown) => log.debug({ err }, 'state_not_read')),
  });

  async function read(): Promise<void> {
    const [debts, letters, dataset, counts] = await Promise.all([
      pendingByConsumer(db),
      deadLettersByConsumer(db),
      loadDatasetState(db),
      countModels(db),
    ]);
    for (const consumer of consumers) {
      const debt = debts.find((one) => one.consumer === consumer);
      owed.set({ consumer }, debt?.pending ?? 0);
      oldest.set({ consumer }, (debt?.oldest_ms ?? 0) / 1000);
      dead.set({ consumer }, letters.find((one) => one.consumer === consumer)?.dead ?? 0);
    }
    built.set((dataset.built_at?.getTime() ?? 0) / 1000);
    failed.set(dataset.failed_since);
    models.reset();
    for (const { kind, status, models: count } of counts) models.set({ kind, status }, count);
  }
}
