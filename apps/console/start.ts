import { ttlCache } from '@learning-loop/async/memoize';
import { connectDb } from '@learning-loop/db/connect';
import type { Activity } from '@learning-loop/db/console/activity';
import { openInspector } from '@learning-loop/queue/inspector';
import { toListenError } from '@learning-loop/service/errors';
import type { Service } from '@learning-loop/service/service';
import type { Config } from './config.ts';
import { openGatewayClient } from './gateway-client.ts';
import { pollMetrics } from './metrics/poller.ts';
import { createServer } from './server.ts';

const connections = 4;

export async function start({ config, log, metrics, signal, use }: Service<Config>): Promise<void> {
  const db = use(connectDb(config.databaseUrl, { name: 'console', max: connections }), 'database');
  const queues = use(openInspector(config, log), 'queues');
  const measurements = use(pollMetrics(config.metrics, metrics, log), 'measurements');
  const gateway = openGatewayClient(config.gatewayUrl);
  const sources = { queues, measurements, gateway, activity: ttlCache<Activity[]>() };
  const server = await createServer({ config, db, log, metrics, signal, ...sources });
  use(server, 'http');
  const { host, port } = config;
  const url = await server.listen({ host, port }).catch((error: unknown) => {
    throw toListenError(error, host, port);
  });
  log.info({ url }, 'listening');
}
