import type { Demands, Machine } from './demands.ts';
import { type Comfort, serversFor, utilisation } from './queueing.ts';

interface Resource {
  name: string;
  /** Share that a selection a second takes of what one server can do. */
  share: number;
  lift: string;
}

export interface Limit extends Resource {
  /** The selections a second at which it is as busy as it may be. */
  perSecond: number;
}

export interface Plan {
  perSecond: number;
  processes: Record<string, number>;
  redisMb: number;
  redisCommandsPerSecond: number;
  redisBusy: number;
  postgresCores: number;
  iops: number;
  walMbPerSecond: number;
  diskGbPerDay: number;
  logGbPerDay: number;
  /** Of what cannot be scaled by starting another process, what is exhausted at this rate, the first one first. */
  exhausted: Limit[];
}

const day = 86_400;
/** Workers may be away for so long before Redis runs full. */
export const backlogSeconds = 600;

/** What so many selections a second need, and what does not suffice for them. */
export function planFor(perSecond: number, demands: Demands, machine: Machine, comfort: Comfort): Plan {
  const processes = Object.entries(demands.cpuSeconds).map(([app, seconds]) => [
    app,
    serversFor(perSecond, seconds, comfort),
  ]);
  return {
    perSecond,
    processes: Object.fromEntries(processes),
    redisMb: (perSecond * backlogSeconds * demands.redisWaitingBytes) / 2 ** 20,
    redisCommandsPerSecond: perSecond * demands.redisCommands,
    redisBusy: utilisation(perSecond, demands.redisCpuSeconds),
    postgresCores: utilisation(perSecond, demands.postgresCpuSeconds) / comfort.busyAtMost,
    iops: perSecond * demands.postgresIo,
    walMbPerSecond: (perSecond * demands.walBytes) / 2 ** 20,
    diskGbPerDay: (perSecond * day * demands.storedBytes) / 2 ** 30,
    logGbPerDay: (perSecond * day * demands.logBytes) / 2 ** 30,
    exhausted: limits(demands, machine, comfort).filter((limit) => limit.perSecond < perSecond),
  };
}

/** What one Postgres and one Redis bear, the first limit first. */
export function limits(demands: Demands, machine: Machine, comfort: Comfort): Limit[] {
  const found = resources(demands, machine).map((resource) => ({
    ...resource,
    perSecond: comfort.busyAtMost / resource.share,
  }));
  return found.sort((a, b) => a.perSecond - b.perSecond);
}

function resources(demands: Demands, machine: Machine): Resource[] {
  const shards = 'a Postgres for each group of tenants: every row, query and event belongs to a tenant';
  return [
    { name: 'Postgres CPU', share: demands.postgresCpuSeconds / machine.postgresCores, lift: shards },
    {
      name: 'Postgres I/O operations',
      share: demands.postgresIo / machine.iops,
      lift: `local NVMe; then ${shards}`,
    },
    { name: 'write-ahead log', share: demands.walBytes / machine.diskBytesPerSecond, lift: shards },
    {
      name: 'Redis CPU',
      share: demands.redisCpuSeconds,
      lift: 'Redis Cluster: a node for each of the three queues; then a Redis for each group of tenants',
    },
    {
      name: `Redis memory for ${backlogSeconds / 60} minutes of backlog`,
      share: (backlogSeconds * demands.redisWaitingBytes) / machine.redisMemoryBytes,
      lift: 'more memory, or a cluster; what does not fit waits in the outbox',
    },
  ];
}
