import { loadActivity } from '@learning-loop/db/console/activity';
import { outboxDepth } from '@learning-loop/db/loop/outbox-backlog';
import { asTenant } from '@learning-loop/db/transactions';
import { Type } from 'typebox';
import { getCaller } from '../auth/sign-in.ts';
import type { ConsoleContext, RouteGroup } from '../context.ts';
import { durationsBetween, type Snapshot } from '../metrics/derive.ts';
import { healthSummary } from './health.ts';
import { type Activity, Overview, TimeRange, timeRanges } from './schemas.ts';

const Query = Type.Object({ window: TimeRange }, { additionalProperties: false });

/** GET /api/overview. */
export const overview: RouteGroup = (console) => async (server) => {
  const schema = { querystring: Query, response: { 200: Overview } };
  server.get('/api/overview', { schema }, async (request) =>
    readOverview(console, getCaller(request).tenant_id, request.query.window),
  );
};

export async function readOverview(
  console: ConsoleContext,
  tenantId: string,
  window: TimeRange,
): Promise<Overview> {
  const { bucketSeconds } = timeRanges[window];
  const [depth, activity, states] = await Promise.all([
    outboxDepth(console.db),
    loadCachedActivity(console, tenantId, window),
    healthSummary(console, tenantId),
  ]);
  const { perSecond, ...lag } = measureRecentLag(console.measurements.recentPair());
  return {
    at: Date.now(),
    bucket_seconds: bucketSeconds,
    per_second: perSecond,
    lag,
    pending: depth.pending,
    oldest_seconds: depth.oldest_ms === null ? null : depth.oldest_ms / 1000,
    lag_points: console.measurements.points,
    activity,
    states,
  };
}

function measureRecentLag(snapshots: [Snapshot, Snapshot] | undefined) {
  return snapshots
    ? durationsBetween(snapshots, 'learning_loop_learned_seconds', { event: 'hypothesis.selected' })
    : { p50: null, p99: null, perSecond: 0 };
}

/** Cached for as long as changes would not be visible. */
function loadCachedActivity(
  { db, activity }: ConsoleContext,
  tenantId: string,
  window: TimeRange,
): Promise<Activity[]> {
  const { seconds, bucketSeconds, freshMs } = timeRanges[window];
  const start = Math.floor(Date.now() / 1000 / bucketSeconds) * bucketSeconds - seconds;
  const since = new Date(start * 1000);
  const read = () => asTenant(db, tenantId, (tx) => loadActivity(tx, tenantId, { since, bucketSeconds }));
  return activity(`${tenantId} ${window}`, freshMs, read);
}
