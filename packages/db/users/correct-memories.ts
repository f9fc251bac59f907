import { newId } from '@learning-loop/events/ids';
import { type SqlBool, sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import { withinTransaction } from '../transactions.ts';
import type { Memory } from './memories.ts';
import { type SlotKey, supersedeOlder } from './upsert-memories.ts';

interface MemoryKey {
  tenant_id: string;
  user_id: string;
  memory_id: string;
}

export interface Correction {
  /** Without `slot` it keeps the old one. */
  content?: { content: string; content_key: string; slot?: string | null } | undefined;
  status?: 'active' | 'superseded' | undefined;
}

const isMemory = ({ tenant_id, user_id, memory_id }: MemoryKey) =>
  sql<SqlBool>`tenant_id = ${tenant_id} and user_id = ${user_id} and memory_id = ${memory_id} and status <> 'forgotten'`;

/** Learning never overrules a correction. False if there is no such memory. */
export async function correctMemory(
  db: Db,
  key: MemoryKey,
  { content, status }: Correction,
): Promise<boolean> {
  return withinTransaction(db, async (tx) => {
    const old = await tx
      .selectFrom('memories')
      .selectAll()
      .where(isMemory(key))
      .forUpdate()
      .executeTakeFirst();
    if (!old) return false;
    const keyChanges = content !== undefined && content.content_key !== old.content_key;
    if (keyChanges) await deleteConflicting(tx, old, content.content_key);
    await tx
      .updateTable('memories')
      .set({ ...content, ...(status && { status }), corrected: true, confidence: 1 })
      .where(isMemory(key))
      .execute();
    if (keyChanges) await insertTombstone(tx, old);
    const corrected = { ...old, ...content };
    if (old.type === 'preference' && (status ?? old.status) === 'active')
      await supersedeOpposite(tx, corrected);
    await supersedeOlder(tx, [corrected]);
    return true;
  });
}

async function deleteConflicting(
  tx: Tx,
  { tenant_id, user_id, type }: Memory,
  contentKey: string,
): Promise<void> {
  await tx
    .deleteFrom('memories')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .where('type', '=', type)
    .where('content_key', '=', contentKey)
    .execute();
}

/** Of two corrections that contradict each other, the later one counts. */
async function supersedeOpposite(tx: Tx, { tenant_id, user_id, content_key }: SlotKey): Promise<void> {
  await sql`
    update memories set status = 'superseded'
    where tenant_id = ${tenant_id} and user_id = ${user_id} and type = 'preference' and status = 'active'
      and content_key = ${content_key.startsWith('!') ? content_key.slice(1) : `!${content_key}`}`.execute(
    tx,
  );
}

/** Keeps the old key as forgotten, so that the same mistake is not learned again. */
async function insertTombstone(tx: Tx, old: Memory): Promise<void> {
  const tombstone = {
    memory_id: newId(),
    content: '',
    confidence: 0,
    tags: [],
    slot: null,
    status: 'forgotten' as const,
  };
  await tx
    .insertInto('memories')
    .values({ ...old, ...tombstone })
    .execute();
}

/** Keeps only the key, so that it is not learned again. False if there is no such memory. */
export async function forgetMemory(db: Db, key: MemoryKey): Promise<boolean> {
  return withinTransaction(db, async (tx) => {
    const forgotten = await tx
      .updateTable('memories')
      .set({ status: 'forgotten', content: '', tags: [], slot: null })
      .where(isMemory(key))
      .returning('memory_id')
      .executeTakeFirst();
    if (!forgotten) return false;
    const { tenant_id, user_id, memory_id } = key;
    await tx
      .deleteFrom('memory_sources')
      .where('tenant_id', '=', tenant_id)
      .where('user_id', '=', user_id)
      .where('memory_id', '=', memory_id)
      .execute();
    return true;
  });
}
