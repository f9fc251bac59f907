import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { TtlCache } from '@learning-loop/async/memoize';
import type { Db } from '@learning-loop/db/connect';
import type { Activity } from '@learning-loop/db/console/activity';
import type { Inspector } from '@learning-loop/queue/inspector';
import type { Service } from '@learning-loop/service/service';
import type { Config } from './config.ts';
import type { GatewayClient } from './gateway-client.ts';
import type { Measurements } from './metrics/poller.ts';

export interface ConsoleContext extends Pick<Service<Config>, 'config' | 'log' | 'metrics' | 'signal'> {
  db: Db;
  gateway: GatewayClient;
  queues: Inspector;
  measurements: Measurements;
  activity: TtlCache<Activity[]>;
}

export type RouteGroup = (console: ConsoleContext) => FastifyPluginAsyncTypebox;
