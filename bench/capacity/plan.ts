import { demandsAt } from './batches.ts';
import type { Costs, Demands, Machine } from './demands.ts';
import { type Comfort, serversFor, utilisation, waitSeconds } from './queueing.ts';

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
export function planFor(perSecond: number, costs: Costs, machine: Machine, comfort: Comfort): Plan {
  const gateways = gatewaysFor(perSecond, costs, comfort);
  const demands = demandsAt(perSecond / gateways, costs);
  const others = Object.entries(demands.cpuSeconds).map(([app, seconds]) => [
    app,
    serversFor(perSecond, seconds, comfort),
  ]);
  return {
    perSecond,
    processes: { ...Object.fromEntries(others), gateway: gateways },
    redisMb: (perSecond * backlogSeconds * costs.redisWaitingBytes) / 2 ** 20,
    redisCommandsPerSecond: perSecond * demands.redisCommands,
    redisBusy: utilisation(perSecond, demands.redisCpuSeconds),
    postgresCores: utilisation(perSecond, demands.postgresCpuSeconds) / comfort.busyAtMost,
    iops: perSecond * demands.postgresIo,
    walMbPerSecond: (perSecond * demands.walBytes) / 2 ** 20,
    diskGbPerDay: (perSecond * day * demands.storedBytes) / 2 ** 30,
    logGbPerDay: (perSecond * day * demands.logBytes) / 2 ** 30,
    exhausted: limits(costs, machine, comfort).filter((limit) => limit.perSecond < perSecond),
  };
}

/** The fewest that are not busier than that and let nobody wait for longer; each gets its share, and batches of it. */
function gatewaysFor(perSecond: number, costs: Costs, comfort: Comfort): number {
  let gateways = 1;
  while (uneasy(perSecond, gateways, costs, comfort)) gateways += 1;
  return gateways;
}

function uneasy(perSecond: number, gateways: number, costs: Costs, comfort: Comfort): boolean {
  const { gateway = 0 } = demandsAt(perSecond / gateways, costs).cpuSeconds;
  const busy = utilisation(perSecond, gateway, gateways);
  return busy > comfort.busyAtMost || waitSeconds(perSecond, gateway, gateways) > comfort.waitSecondsAtMost;
}

const large = 100_000;

/** What one Postgres and one Redis bear, the first limit first, where each gateway is as busy as it may be. */
export function limits(costs: Costs, machine: Machine, comfort: Comfort): Limit[] {
  const each = large / gatewaysFor(large, costs, comfort);
  const found = resources(demandsAt(each, costs), costs, machine).map((resource) => ({
    ...resource,
    perSecond: comfort.busyAtMost / resource.share,
  }));
  return found.sort((a, b) => a.perSecond - b.perSecond);
}

function resources(demands: Demands, { redisWaitingBytes }: Costs, machine: Machine): Resource[] {
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
      share: (backlogSeconds * redisWaitingBytes) / machine.redisMemoryBytes,
      lift: 'more memory, or a cluster; what does not fit waits in the outbox',
    },
  ];
}
