import type { Fault } from './fault.ts';
import { badNetwork } from './scenarios/bad-network.ts';
import { clockJumps } from './scenarios/clock-jumps.ts';
import { cutConnections } from './scenarios/cut-connections.ts';
import { frozenProcesses } from './scenarios/frozen-processes.ts';
import { fullDisk } from './scenarios/full-disk.ts';
import { heldHorizon } from './scenarios/held-horizon.ts';
import { killGateway } from './scenarios/kill-gateway.ts';
import { killWorkers } from './scenarios/kill-workers.ts';
import { llmTrouble } from './scenarios/llm-trouble.ts';
import { overload } from './scenarios/overload.ts';
import { poison } from './scenarios/poison.ts';
import { postgresCrash } from './scenarios/postgres-crash.ts';
import { redisAway } from './scenarios/redis-away.ts';
import { redisEmpty } from './scenarios/redis-empty.ts';
import { replicas } from './scenarios/replicas.ts';
import { rollingRestart } from './scenarios/rolling-restart.ts';
import { sentinelFailover } from './scenarios/sentinel-failover.ts';
import { shuffled } from './scenarios/shuffled.ts';
import { slowConsumer } from './scenarios/slow-consumer.ts';
import { startWithoutRedis } from './scenarios/start-without-redis.ts';
import { stopWithoutRedis } from './scenarios/stop-without-redis.ts';
import { tenDeliveries } from './scenarios/ten-deliveries.ts';
import { tornLine } from './scenarios/torn-line.ts';

export const scenarios: Fault[] = [
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
  frozenProcesses,
  heldHorizon,
];
