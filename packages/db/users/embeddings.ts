import type { UserKey } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import type { NewMemory } from './upsert-memories.ts';

interface MemoryKey extends UserKey {
  memory_id: string;
}

/** `tried_at` identifies the attempt: `storeEmbeddings` ignores vectors of an earlier one. */
export interface DueEmbedding extends MemoryKey {
  content: string;
  tried_at: string;
}

export async function requestEmbeddings(tx: Tx, memories: NewMemory[]): Promise<void> {
  if (memories.length === 0) return;
  const keys = memories.map(({ tenant_id, user_id, type, content_key }) => ({
    ...{ tenant_id, user_id, type, content_key },
  }));
  await sql`
    insert into embeddings (tenant_id, user_id, memory_id)
    select key.tenant_id, key.user_id, learned.memory_id
    from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb)
      as key(tenant_id text, user_id text, type text, content_key text)
    cross join lateral (
      select memory_id from memories
      where memories.tenant_id = key.tenant_id and memories.user_id = key.user_id and memories.type = key.type
        and memories.content_key = key.content_key and memories.status <> 'forgotten'
      limit 1
    ) as learned
    order by 1, 2, 3
    on conflict do nothing`.execute(tx);
}

/**
 * Backfill in key order: returns the last key, or undefined. Locks memories, so that none is forgotten or deleted
 * meanwhile: a key-share lock would let their status change.
 */
export async function requestMissingEmbeddings(
  db: Db,
  { tenant_id, user_id, memory_id }: MemoryKey,
  limit: number,
): Promise<MemoryKey | undefined> {
  const { rows } = await sql<MemoryKey>`
    with page as (
      select tenant_id, user_id, memory_id from memories
      where (tenant_id, user_id, memory_id) > (${tenant_id}, ${user_id}, ${memory_id}::uuid)
      order by tenant_id, user_id, memory_id limit ${limit}
    ), missing as (
      select memories.tenant_id, memories.user_id, memories.memory_id
      from page join memories using (tenant_id, user_id, memory_id)
      where status <> 'forgotten' and not exists (
        select from embeddings where embeddings.tenant_id = memories.tenant_id
          and embeddings.user_id = memories.user_id and embeddings.memory_id = memories.memory_id)
      for share of memories
    ), requested as (
      insert into embeddings (tenant_id, user_id, memory_id)
      select tenant_id, user_id, memory_id from missing on conflict do nothing
    )
    select tenant_id, user_id, memory_id from page
    order by tenant_id desc, user_id desc, memory_id desc limit 1`.execute(db);
  return rows[0];
}

/** Memories without a vector of this model; they are not taken again within `againMs`. */
export async function takeDueEmbeddings(
  db: Db,
  { model, limit, againMs }: { model: string; limit: number; againMs: number },
): Promise<DueEmbedding[]> {
  // Two ranges of the index; `<>` would scan all of it.
  const { rows } = await sql<DueEmbedding>`
    update embeddings set tried_at = clock_timestamp()
    from (
      select tenant_id, user_id, memory_id from embeddings
      where (model < ${model} or model > ${model})
        and (tried_at is null or tried_at < clock_timestamp() - make_interval(secs => ${againMs / 1000}))
      limit ${limit} for update skip locked
    ) as due join memories using (tenant_id, user_id, memory_id)
    where embeddings.tenant_id = due.tenant_id and embeddings.user_id = due.user_id
      and embeddings.memory_id = due.memory_id
    returning embeddings.tenant_id, embeddings.user_id, embeddings.memory_id, memories.content,
      embeddings.tried_at::text`.execute(db);
  return rows;
}

/** Unit vectors; ignored for memories that were changed or forgotten since they were taken. */
export async function storeEmbeddings(
  db: Db,
  model: string,
  embedded: (DueEmbedding & { vector: Float32Array })[],
): Promise<void> {
  const rows = embedded.map(({ tenant_id, user_id, memory_id, tried_at, vector }) => ({
    ...{ tenant_id, user_id, memory_id, tried_at },
    vector: toBytes(vector).toString('base64'),
  }));
  await sql`
    update embeddings set model = ${model}, vector = decode(row.vector, 'base64')
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as row(tenant_id text, user_id text, memory_id uuid, tried_at timestamptz, vector text)
    where embeddings.tenant_id = row.tenant_id and embeddings.user_id = row.user_id
      and embeddings.memory_id = row.memory_id and embeddings.tried_at = row.tried_at`.execute(db);
}

/** By memory id; memories without a vector of this model are absent. */
export async function readEmbeddings(
  db: Db | Tx,
  { tenant_id, user_id }: UserKey,
  ids: string[],
  model: string,
): Promise<Map<string, Float32Array>> {
  const { rows } = await sql<{ memory_id: string; vector: Buffer }>`
    select held.memory_id, held.vector from unnest(${ids}::uuid[]) as wanted(memory_id)
    cross join lateral (
      select memory_id, model, vector from embeddings
      where tenant_id = ${tenant_id} and user_id = ${user_id} and embeddings.memory_id = wanted.memory_id limit 1
    ) as held
    where held.model = ${model} and held.vector is not null`.execute(db);
  return new Map(rows.map(({ memory_id, vector }) => [memory_id, toVector(vector)]));
}

function toBytes(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, 4 * i);
  return bytes;
}

function toVector(bytes: Buffer): Float32Array {
  const vector = new Float32Array(bytes.length / 4);
  for (let i = 0; i < vector.length; i += 1) vector[i] = bytes.readFloatLE(4 * i);
  return vector;
}
