import { badNetwork } from './catalogue/bad-network.ts';
import { clockJumps } from './catalogue/clock-jumps.ts';
import { cutConnections } from './catalogue/cut-connections.ts';
import { fullDisk } from './catalogue/full-disk.ts';
import { killGateway } from './catalogue/kill-gateway.ts';
import { killWorkers } from './catalogue/kill-workers.ts';
import { llmTrouble } from './catalogue/llm-trouble.ts';
import { overload } from './catalogue/overload.ts';
import { poison } from './catalogue/poison.ts';
import { postgresCrash } from './catalogue/postgres-crash.ts';
import { redisAway } from './catalogue/redis-away.ts';
import { redisEmpty } from './catalogue/redis-empty.ts';
import { replicas } from './catalogue/replicas.ts';
import { rollingRestart } from './catalogue/rolling-restart.ts';
import { sentinelFailover } from './catalogue/sentinel-failover.ts';
import { shuffled } from './catalogue/shuffled.ts';
import { slowConsumer } from './catalogue/slow-consumer.ts';
import { startWithoutRedis } from './catalogue/start-without-redis.ts';
import { stopWithoutRedis } from './catalogue/stop-without-redis.ts';
import { tenDeliveries } from './catalogue/ten-deliveries.ts';
import { tornLine } from './catalogue/torn-line.ts';
import type { Fault } from './fault.ts';

/** Every fault, in the order of the issue that asked for them. */
export const catalogue: Fault[] = [
  killWorkers,
  killGateway,
  redisAway,
  redisEmpty,
  sentinelFailover,
  postgresCrash,
  cutConnections,
  badNetwork,
  fullDisk,
  tornLine,
  clockJumps,
  poison,
  llmTrouble,
  tenDeliveries,
  shuffled,
  slowConsumer,
  stopWithoutRedis,
  startWithoutRedis,
  replicas,
  overload,
  rollingRestart,
];
