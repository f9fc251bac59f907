import {
  deadLettersByConsumer,
  findDeadLetterPayload,
  pendingByConsumer,
} from '@learning-loop/db/console/backlog';
import { asTenant } from '@learning-loop/db/transactions';
import { type Consumer, routes } from '@learning-loop/events/routes';
import { HttpError } from '@learning-loop/service/errors';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { getCaller, isOperator, requireAdmin } from '../auth/sign-in.ts';
import type { ConsoleContext, RouteGroup } from '../context.ts';
import { durationsBetween, type Snapshot } from '../metrics/derive.ts';
import { type QueueRow, Queues } from './schemas.ts';

type ConsumerStats = Pick<QueueRow, 'owed' | 'oldest_seconds' | 'per_second' | 'waiting' | 'dead'>;

const thresholds = { stillSeconds: 15, lateSeconds: 30, drainSeconds: 60 };

export function scaleHint({
  owed: pending,
  oldest_seconds,
  per_second,
  waiting,
  dead: deadLetters,
}: ConsumerStats): Pick<QueueRow, 'hint' | 'level'> {
  const oldest = oldest_seconds ?? 0;
  if (waiting === null) return { level: 'bad', hint: 'The queue engine is away; events wait in the outbox.' };
  if (oldest > thresholds.stillSeconds && per_second === 0)
    return { level: 'bad', hint: 'Nothing is being learned. Is a worker running?' };
  const drain = per_second > 0 ? pending / per_second : 0;
  if (oldest > thresholds.lateSeconds && drain > thresholds.drainSeconds)
    return {
      level: 'attention',
      hint: `Add workers: at this pace the backlog takes ${formatDuration(drain)}.`,
    };
  if (deadLetters > 0)
    return { level: 'attention', hint: 'Gave up on some events; see the dead letters below.' };
  if (oldest > thresholds.lateSeconds)
    return { level: 'good', hint: `Catches up in about ${formatDuration(drain)}.` };
  return { level: 'good', hint: pending === 0 ? 'Has learned everything.' : 'Keeps up.' };
}

function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

const consumers: Consumer[] = [...new Set(Object.values(routes).flat())];

const DeadLetterParams = Type.Object({ id: Type.String({ format: 'uuid' }) });

/** GET /api/queues. */
export const queues: RouteGroup = (console) => async (server) => {
  server.get('/api/queues', { schema: { response: { 200: Queues } } }, async (request) =>
    readQueues(console, request),
  );

  // The gateway lists dead letters without payloads; here an admin may see them.
  server.get('/api/dead-letters/:id/payload', { schema: { params: DeadLetterParams } }, async (request) => {
    requireAdmin(request);
    const { tenant_id } = getCaller(request);
    const { id } = request.params;
    const payload = await asTenant(console.db, tenant_id, (tx) => findDeadLetterPayload(tx, tenant_id, id));
    if (payload === undefined) throw new HttpError(404, 'no_such_dead_letter', 'It was replayed meanwhile.');
    return { payload };
  });
};

export async function readQueues(
  { db, queues, measurements, config }: ConsoleContext,
  request: FastifyRequest,
): Promise<Queues> {
  const { tenant_id: tenantId } = getCaller(request);
  const [pendingRows, deadLetterRows, counts] = await Promise.all([
    pendingByConsumer(db),
    asTenant(db, tenantId, (tx) => deadLettersByConsumer(tx, tenantId)),
    Promise.all(consumers.map((consumer) => queues.counts(consumer).catch(() => null))),
  ]);
  const snapshots = measurements.recentPair();
  const rows = consumers.map((consumer, i) => {
    const { waiting = null, active = null, delayed = null } = counts[i] ?? {};
    const { pending = 0, oldest_ms = null } = pendingRows.find((one) => one.consumer === consumer) ?? {};
    const { dead: dead_letters = 0 } = deadLetterRows.find((one) => one.consumer === consumer) ?? {};
    const row = {
      consumer,
      waiting,
      active,
      delayed,
      owed: pending,
      dead: dead_letters,
      ...measurePace(snapshots, consumer),
    };
    return { ...row, oldest_seconds: oldest_ms === null ? null : oldest_ms / 1000 };
  });
  return {
    at: Date.now(),
    queues: rows.map((row) => ({ ...row, ...scaleHint(row) })),
    is_operator: isOperator(request, config),
  };
}

type Pace = Pick<QueueRow, 'per_second' | 'batch' | 'lag'>;
const noTimes = { p50: null, p99: null };

function measurePace(snapshots: [Snapshot, Snapshot] | undefined, consumer: Consumer): Pace {
  if (!snapshots) return { per_second: 0, batch: noTimes, lag: noTimes };
  const { perSecond, ...lag } = durationsBetween(snapshots, 'learning_loop_lag_seconds', { consumer });
  const { p50, p99 } = durationsBetween(snapshots, 'learning_loop_batch_seconds', { consumer });
  return { per_second: perSecond, batch: { p50, p99 }, lag };
}
