import { createHash } from 'node:crypto';
import type { UserKey } from '@learning-loop/events/ids';
import { type NotNull, type RawBuilder, type Selectable, sql } from 'kysely';
import type { Db } from '../connect.ts';
import type { Database, ErasureReceipt } from '../schema/database.ts';

export type Erasure = Selectable<Database['erasures']>;
export type PendingErasure = Erasure & { user_id: string };

/** Until the erasure is done; then only `keyed_hash` of it remains, which recognizes the user without naming one. */
function hashUser({ tenant_id, user_id }: UserKey): Buffer {
  return createHash('sha256').update(`${tenant_id}:${user_id}`).digest();
}

/** For inserts of a request that began at `since`: false during an erasure, and later if it began before its end. */
export function notErased(row: {
  tenantId: RawBuilder<unknown>;
  userId: RawBuilder<unknown>;
  since: RawBuilder<unknown>;
}) {
  const hash = sql`sha256(convert_to(${row.tenantId} || ':' || ${row.userId}, 'UTF8'))`;
  return sql<boolean>`not exists (
    select from erasures
    where erasures.tenant_id = ${row.tenantId}
      and erasures.user_hash = any(array[${hash}, keyed_hash(${hash})])
      and (erasures.done_at is null or erasures.done_at >= ${row.since}))`;
}

/** From now on, nothing of the user is accepted until the erasure is done. */
export async function requestErasure(db: Db, user: UserKey, erasureId: string): Promise<Erasure> {
  return await db
    .insertInto('erasures')
    .values({ ...user, erasure_id: erasureId, user_hash: hashUser(user) })
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

/** Oldest first, in turns of the tenants: however many one of them asks for, the others' first ones are among them. */
export function listPendingErasures(db: Db, limit: number): Promise<PendingErasure[]> {
  return db
    .selectFrom('erasures')
    .selectAll()
    .where('done_at', 'is', null)
    .orderBy(sql`row_number() over (partition by tenant_id order by requested_at)`)
    .orderBy('requested_at')
    .limit(limit)
    .$narrowType<{ user_id: NotNull }>()
    .execute();
}

/** Rejects if another process has finished one of them while this one was frozen. */
export async function requirePending(db: Db, erasures: PendingErasure[]): Promise<void> {
  const ids = erasures.map(({ erasure_id }) => erasure_id);
  const pending = db.selectFrom('erasures').select('erasure_id').where('erasure_id', 'in', ids);
  const left = await pending.where('done_at', 'is', null).execute();
  if (left.length < new Set(ids).size) throw new Error('Another process has finished an erasure of these.');
}

/** Without effect if another process has. */
export async function finishErasure(db: Db, erasure: Erasure, receipt: ErasureReceipt): Promise<void> {
  await db
    .updateTable('erasures')
    .set({ done_at: sql`clock_timestamp()`, user_id: null, error: null, receipt: JSON.stringify(receipt) })
    .set({ user_hash: sql`case when keyed then user_hash else keyed_hash(user_hash) end`, keyed: true })
    .where('tenant_id', '=', erasure.tenant_id)
    .where('erasure_id', '=', erasure.erasure_id)
    .where('done_at', 'is', null)
    .execute();
}

export async function recordErasureError(db: Db, erasure: Erasure, error: string): Promise<void> {
  await db
    .updateTable('erasures')
    .set({ error })
    .where('tenant_id', '=', erasure.tenant_id)
    .where('erasure_id', '=', erasure.erasure_id)
    .where('done_at', 'is', null)
    .execute();
}

/** Those that a version before the key has finished. */
export async function keyOldReceipts(db: Db): Promise<void> {
  await db
    .updateTable('erasures')
    .set({ user_hash: sql`keyed_hash(user_hash)`, keyed: true })
    .where('done_at', 'is not', null)
    .where('keyed', '=', false)
    .execute();
}
