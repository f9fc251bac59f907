import type { Consumer } from '@learning-loop/events/routes';
import { sql } from 'kysely';
import type { Db } from '../connect.ts';
import type { EventRef } from './outbox.ts';

export interface OutboxDepth {
  /** Counted up to the limit that was asked for, so that it costs the same whatever the backlog. */
  pending: number;
  oldest_ms: number | null;
}

const countedByDefault = 10_000;

export async function outboxDepth(db: Db, most = countedByDefault): Promise<OutboxDepth> {
  const { pending, oldest_ms } = await readDepth(db, most, null);
  return { pending, oldest_ms };
}

/** A row of the outbox is younger than this, unless it is overlooked until the next whole look. */
type Floor = Date | null;

const isAbove = (floor: Floor) => sql`created_at >= coalesce(${floor}::timestamptz, '-infinity')`;

async function readDepth(db: Db, most: number, floor: Floor): Promise<OutboxDepth & { oldest_at: Date }> {
  const { rows } = await sql<OutboxDepth & { oldest_at: Date }>`
    with oldest as materialized (
      select created_at from outbox where ${isAbove(floor)} order by created_at limit 1
    )
    select (select count(*)::int from (select from outbox where ${isAbove(floor)} limit ${most}) as counted) as pending,
      (select (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 from oldest) as oldest_ms,
      coalesce((select created_at from oldest), clock_timestamp()) as oldest_at`.execute(db);
  return rows[0] ?? { pending: 0, oldest_ms: null, oldest_at: new Date() };
}

export interface Overdue {
  olderThanMs: number;
  againMs: number;
  limit: number;
  consumers: Consumer[];
}

export type OverdueEvent = EventRef & { pending: Consumer[]; age_ms: number };

/** Sweeper replicas share the work. Times in the future count as overdue: the clock may have been set back. */
export async function takeOverdue(db: Db, overdue: Overdue, floor: Floor = null): Promise<OverdueEvent[]> {
  const { olderThanMs, againMs, limit, consumers } = overdue;
  const { rows } = await sql<OverdueEvent>`
    update outbox set swept_at = clock_timestamp()
    where event_id = any(array(
      select event_id from outbox
      where abs(extract(epoch from clock_timestamp() - created_at)) > ${olderThanMs / 1000}::float8
        and (swept_at is null or abs(extract(epoch from clock_timestamp() - swept_at)) > ${againMs / 1000}::float8)
        and pending && ${consumers}::text[] and ${isAbove(floor)}
      order by created_at limit ${limit} for update skip locked
    ))
    returning event_id, event, pending,
      (abs(extract(epoch from clock_timestamp() - created_at)) * 1000)::float8 as age_ms`.execute(db);
  return rows;
}

/** Ids of what a consumer has not processed, the oldest first. Times in the future count as old, as above. */
export async function listPending(
  db: Db,
  wanted: { consumer: Consumer; olderThanMs: number; limit: number; except: string[] },
): Promise<string[]> {
  const { rows } = await sql<{ event_id: string }>`
    select event_id from outbox
    where ${wanted.consumer} = any(pending) and event_id <> all(${wanted.except}::uuid[])
      and abs(extract(epoch from clock_timestamp() - created_at)) > ${wanted.olderThanMs / 1000}::float8
    order by created_at limit ${wanted.limit}`.execute(db);
  return rows.map(({ event_id }) => event_id);
}

/** A transaction that began before others may commit after them. */
const lateMs = 30_000;
/** Maximum share of time for looks at all of it. */
const busyShare = 0.02;

export type OutboxBacklog = ReturnType<typeof watchOutbox>;

/**
 * Looks at the outbox again and again. While somebody holds the xmin horizon of the database, such as a long dump, no
 * vacuum removes what was settled, and each look would pass all of it: then it starts where the last one found something,
 * and looks at all seldom. A look at all that takes up to `cheapMs` is repeated each time.
 */
export function watchOutbox(db: Db, cheapMs = 50) {
  let floor: Floor = null;
  let wholeAgainAt = 0;

  return {
    async depth(most = countedByDefault): Promise<OutboxDepth> {
      const started = performance.now();
      if (started >= wholeAgainAt) floor = null;
      const { oldest_at, ...depth } = await readDepth(db, most, floor);
      const tookMs = performance.now() - started;
      if (floor === null) wholeAgainAt = tookMs > cheapMs ? performance.now() + tookMs / busyShare : 0;
      floor = new Date(oldest_at.getTime() - lateMs);
      return depth;
    },
    /** Of those that the last `depth` looked at. */
    takeOverdue: (overdue: Overdue): Promise<OverdueEvent[]> =>
      takeOverdue(db, overdue, performance.now() < wholeAgainAt ? floor : null),
  };
}
