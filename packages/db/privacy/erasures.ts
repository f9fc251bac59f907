import { createHash } from 'node:crypto';
import type { UserKey } from '@learning-loop/events/ids';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Db } from '../connect.ts';
import type { Database, ErasureReceipt } from '../schema/database.ts';

export type Erasure = Selectable<Database['erasures']>;
/** An erasure that is not done knows whom it is about. */
export type WaitingErasure = Erasure & { user_id: string };

/** What remains of a user after the erasure: enough to know the user again, not to say who it was. */
function userHash({ tenant_id, user_id }: UserKey): Buffer {
  return createHash('sha256').update(`${tenant_id}:${user_id}`).digest();
}

/**
 * For the `where` of an insert of what was begun at `since`: false while the user is being erased, and for ever for
 * what was begun before the erasure was done. So what was under way for an erased user has no effect.
 */
export function notErased(row: {
  tenantId: RawBuilder<unknown>;
  userId: RawBuilder<unknown>;
  since: RawBuilder<unknown>;
}) {
  return sql<boolean>`not exists (
    select from erasures
    where erasures.tenant_id = ${row.tenantId}
      and erasures.user_hash = sha256(convert_to(${row.tenantId} || ':' || ${row.userId}, 'UTF8'))
      and (erasures.done_at is null or erasures.done_at >= ${row.since}))`;
}

/** Asks for a user to be erased; from now on nothing of the user is accepted until that is done. */
export async function requestErasure(db: Db, user: UserKey, erasureId: string): Promise<Erasure> {
  return await db
    .insertInto('erasures')
    .values({ ...user, erasure_id: erasureId, user_hash: userHash(user) })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function findErasure(db: Db, tenantId: string, erasureId: string): Promise<Erasure | undefined> {
  return db
    .selectFrom('erasures')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('erasure_id', '=', erasureId)
    .executeTakeFirst();
}

/** The erasures that are not done, oldest first, `limit` at most. */
export async function waitingErasures(db: Db, limit: number): Promise<WaitingErasure[]> {
  const waiting = await db
    .selectFrom('erasures')
    .selectAll()
    .where('done_at', 'is', null)
    .orderBy('requested_at')
    .limit(limit)
    .execute();
  return waiting.flatMap((erasure) =>
    erasure.user_id === null ? [] : [{ ...erasure, user_id: erasure.user_id }],
  );
}

/** The erasure is done: its receipt stays, the user's name goes. */
export async function finishErasure(db: Db, erasure: Erasure, receipt: ErasureReceipt): Promise<void> {
  await db
    .updateTable('erasures')
    .set({ done_at: sql`clock_timestamp()`, user_id: null, error: null, receipt: JSON.stringify(receipt) })
    .where('tenant_id', '=', erasure.tenant_id)
    .where('erasure_id', '=', erasure.erasure_id)
    .execute();
}

/** The erasure did not work yet; it stays waiting. */
export async function recordErasureError(db: Db, erasure: Erasure, error: string): Promise<void> {
  await db
    .updateTable('erasures')
    .set({ error })
    .where('tenant_id', '=', erasure.tenant_id)
    .where('erasure_id', '=', erasure.erasure_id)
    .execute();
}
