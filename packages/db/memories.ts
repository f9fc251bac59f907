import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from './connect.ts';
import type { Database, MemoryType } from './schema.ts';
import { type UserKey, userKeysJson } from './user-key.ts';

export type Memory = Selectable<Database['memories']>;

/** A memory as one interaction teaches it. */
export interface LearnedMemory {
  tenant_id: string;
  user_id: string;
  memory_id: string;
  type: MemoryType;
  content_key: string;
  content: string;
  confidence: number;
  tags: string[];
  slot: string | null;
  seen_at: string;
  interaction_id: string;
}

/**
 * Remembers: what has the same key is one memory, reinforced (count, last seen, the higher confidence), never two.
 * The result does not depend on the order of calls: the words are those of the earliest interaction.
 */
export async function upsertMemories(tx: Tx, memories: LearnedMemory[]): Promise<void> {
  if (memories.length === 0) return;
  await sql`
    with learned as (
      select * from jsonb_to_recordset(${JSON.stringify(memories)}::jsonb) as row(
        tenant_id text, user_id text, memory_id uuid, type text, content_key text, content text,
        confidence float8, tags text[], slot text, seen_at timestamptz, interaction_id uuid)
    ), merged as (
      select distinct on (tenant_id, user_id, type, content_key) *,
        max(confidence) over same as best, max(seen_at) over same as latest, count(*) over same as times
      from learned window same as (partition by tenant_id, user_id, type, content_key)
      order by tenant_id, user_id, type, content_key, seen_at, memory_id
    ), kept as (
      insert into memories as old (tenant_id, user_id, memory_id, type, content_key, content, confidence,
        tags, slot, count, first_seen, last_seen)
      select tenant_id, user_id, memory_id, type, content_key, content, best, tags, slot, times, seen_at, latest
      from merged
      on conflict (tenant_id, user_id, type, content_key) do update set
        content = case when excluded.first_seen < old.first_seen then excluded.content else old.content end,
        count = old.count + excluded.count,
        confidence = greatest(old.confidence, excluded.confidence),
        first_seen = least(old.first_seen, excluded.first_seen),
        last_seen = greatest(old.last_seen, excluded.last_seen)
      returning tenant_id, user_id, memory_id, type, content_key
    )
    insert into memory_sources (tenant_id, user_id, memory_id, interaction_id, seen_at)
    select kept.tenant_id, kept.user_id, kept.memory_id, learned.interaction_id, learned.seen_at
    from kept join learned using (tenant_id, user_id, type, content_key)
    on conflict do nothing`.execute(tx);
}

/** The user's newest memories of some types. */
export function recentMemories(
  db: Db,
  {
    tenantId,
    userId,
    types,
    limit,
  }: { tenantId: string; userId: string; types: MemoryType[]; limit: number },
): Promise<Memory[]> {
  return db
    .selectFrom('memories')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('type', 'in', types)
    .orderBy('last_seen', 'desc')
    .limit(limit)
    .execute();
}

interface MemoryPage {
  tenantId: string;
  userId: string;
  type?: MemoryType | undefined;
  limit: number;
  /** The last memory of the page before. */
  after?: { last_seen: Date; memory_id: string } | undefined;
}

/** One page of a user's memories, newest first; pages stay right while memories are added (keyset). */
export function pageOfMemories(
  db: Db,
  { tenantId, userId, type, limit, after }: MemoryPage,
): Promise<Memory[]> {
  return db
    .selectFrom('memories')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .$if(type !== undefined, (query) => query.where('type', '=', type as MemoryType))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(last_seen, memory_id) < (${after?.last_seen}, ${after?.memory_id})`),
    )
    .orderBy('last_seen', 'desc')
    .orderBy('memory_id', 'desc')
    .limit(limit)
    .execute();
}

/** What one interaction taught. */
export function memoriesOfInteraction(db: Db, tenantId: string, interactionId: string): Promise<Memory[]> {
  return db
    .selectFrom('memory_sources')
    .innerJoin('memories', (join) =>
      join
        .onRef('memories.tenant_id', '=', 'memory_sources.tenant_id')
        .onRef('memories.user_id', '=', 'memory_sources.user_id')
        .onRef('memories.memory_id', '=', 'memory_sources.memory_id'),
    )
    .selectAll('memories')
    .where('memory_sources.tenant_id', '=', tenantId)
    .where('memory_sources.interaction_id', '=', interactionId)
    .execute();
}

/** Each user's newest history, `limit` at most of each, newest first. */
export async function recentHistory(
  tx: Tx,
  users: UserKey[],
  limit: number,
): Promise<(UserKey & { content: string })[]> {
  const { rows } = await sql<UserKey & { content: string }>`
    select key.tenant_id, key.user_id, recent.content
    from (select distinct * from jsonb_to_recordset(${userKeysJson(users)}::jsonb)
      as row(tenant_id text, user_id text)) as key
    cross join lateral (
      select content, last_seen from memories
      where tenant_id = key.tenant_id and user_id = key.user_id and type = 'history'
      order by last_seen desc limit ${limit}
    ) as recent
    order by recent.last_seen desc`.execute(tx);
  return rows;
}
