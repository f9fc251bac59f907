import type { Db } from '@learning-loop/db/connect';
import { insertEvents } from '@learning-loop/db/loop/outbox';
import type { HypothesisSelected } from '@learning-loop/events/event';
import type { Consumer } from '@learning-loop/events/routes';
import { connectPublisher } from '@learning-loop/queue/producer/publisher';
import { createLog } from '@learning-loop/service/log';
import { processMetrics } from '@learning-loop/service/observability/metrics';
import { createService, ResourceStack, type Service } from '@learning-loop/service/service';
import { onTestFinished } from 'vitest';

/** Starts an app in this process, without a log; it is closed in order when the test ends. */
export async function startApp<C>(
  start: (service: Service<C>) => Promise<void>,
  config: C,
): Promise<Service<C>> {
  const lifetime = new ResourceStack();
  const failed: unknown[] = [];
  onTestFinished(async () => {
    await lifetime.close(20_000, (error) => failed.push(error));
    if (failed.length > 0) throw new AggregateError(failed, 'The app did not close in order.');
  });
  const service = createService('app', config, {
    ...{ logs: createLog({ logLevel: 'silent' }), metrics: processMetrics(), lifetime },
    stop: () => undefined,
  });
  await start(service);
  return service;
}

/** Accepts the selection, and publishes it to the queue of this consumer in the database. */
export async function publishSelection(
  { log, metrics }: Pick<Service<unknown>, 'log' | 'metrics'>,
  db: Db,
  databaseUrl: string,
  { event, consumer }: { event: HypothesisSelected; consumer: Consumer },
): Promise<void> {
  await using publisher = connectPublisher({ databaseUrl }, log, metrics);
  await db.transaction().execute((tx) => insertEvents(tx, [{ name: 'hypothesis.selected', event }]));
  await publisher.publish([{ event: 'hypothesis.selected', event_id: event.event_id }], consumer);
}
