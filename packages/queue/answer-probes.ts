import type { Db } from '@learning-loop/db/connect';
import { serveHealth } from '@learning-loop/service/observability/health-server';
import type { Service } from '@learning-loop/service/service';

interface Place {
  host: string;
  /** Unset: nobody asks this process. */
  port?: number | undefined;
}

/**
 * /livez, /readyz and /metrics of a worker, where its configuration says so. It is ready while Postgres answers; the
 * queues may be away without harm, and a restart would not bring them back. Throws a StartError when the port is taken.
 */
export async function answerProbes(
  service: Pick<Service<Place>, 'config' | 'log' | 'metrics' | 'signal' | 'use'>,
  db: Db,
): Promise<void> {
  const { host, port } = service.config;
  if (port === undefined) return;
  const ready = () =>
    db
      .selectNoFrom((no) => no.lit(1).as('one'))
      .execute()
      .then(
        () => [],
        () => ['postgres'],
      );
  const server = service.use(await serveHealth(service, { host, port, ready }), 'probes');
  service.log.info({ url: server.url }, 'probes_answered');
}
