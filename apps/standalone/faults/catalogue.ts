import { fullDisk } from './catalogue/full-disk.ts';
import { killGateway } from './catalogue/kill-gateway.ts';
import { killWorkers } from './catalogue/kill-workers.ts';
import { llmTrouble } from './catalogue/llm-trouble.ts';
import { poison } from './catalogue/poison.ts';
import { postgresCrash } from './catalogue/postgres-crash.ts';
import { redisAway } from './catalogue/redis-away.ts';
import { redisEmpty } from './catalogue/redis-empty.ts';
import { tenDeliveries } from './catalogue/ten-deliveries.ts';
import { tornLine } from './catalogue/torn-line.ts';
import type { Fault } from './fault.ts';

/** Every fault, in the order of the issue that asked for them. */
export const catalogue: Fault[] = [
  killWorkers,
  killGateway,
  redisAway,
  redisEmpty,
  postgresCrash,
  fullDisk,
  tornLine,
  poison,
  llmTrouble,
  tenDeliveries,
];
