import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from './connect.ts';
import type { Database, MemoryType } from './schema.ts';

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
 * Remembers: a memory of the same key is reinforced (count, last seen, the higher confidence), never doubled.
 * Each call must name a key once. The result does not depend on the order of calls.
 */
export async function upsertMemories(tx: Tx, memories: LearnedMemory[]): Promise<void> {
  if (memories.length === 0) return;
  await sql`
    with learned as (
      select * from jsonb_to_recordset(${JSON.stringify(memories)}::jsonb) as row(
        tenant_id text, user_id text, memory_id uuid, type text, content_key text, content text,
        confidence float8, tags text[], slot text, seen_at timestamptz, interaction_id uuid)
      order by tenant_id, user_id, type, content_key
    ), kept as (
      insert into memories as old (tenant_id, user_id, memory_id, type, content_key, content, confidence,
        tags, slot, first_seen, last_seen)
      select tenant_id, user_id, memory_id, type, content_key, content, confidence, tags, slot, seen_at, seen_at
      from learned
      on conflict (tenant_id, user_id, type, content_key) do update set
        count = old.count + 1,
        confidence = greatest(old.confidence, excluded.confidence),
        first_seen = least(old.first_seen, excluded.first_seen),
        last_seen = greatest(old.last_seen, excluded.last_seen)
      returning old.tenant_id, old.user_id, old.memory_id, old.type, old.content_key
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
