import { killGateway } from './catalogue/kill-gateway.ts';
import { killWorkers } from './catalogue/kill-workers.ts';
import { postgresCrash } from './catalogue/postgres-crash.ts';
import { redisAway } from './catalogue/redis-away.ts';
import { redisEmpty } from './catalogue/redis-empty.ts';
import type { Fault } from './fault.ts';

/** Every fault, in the order of the issue that asked for them. */
export const catalogue: Fault[] = [killWorkers, killGateway, redisAway, redisEmpty, postgresCrash];
