import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from './connect.ts';
import type { Database, MemoryType } from './schema.ts';
import { type UserKey, userKeysJson } from './user-key.ts';

export type Memory = Selectable<Database['memories']>;

/** The user's newest active memories of some types. */
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
    .where('status', '=', 'active')
    .orderBy('last_seen', 'desc')
    .limit(limit)
    .execute();
}

/** A memory with the interactions it came from, newest first, 50 at most. */
export type SourcedMemory = Memory & { sources: { interaction_id: string; seen_at: string }[] };

const sources = sql<SourcedMemory['sources']>`(
  select coalesce(jsonb_agg(jsonb_build_object('interaction_id', interaction_id, 'seen_at', seen_at)), '[]')
  from (
    select interaction_id, seen_at from memory_sources
    where memory_sources.tenant_id = memories.tenant_id and memory_sources.user_id = memories.user_id
      and memory_sources.memory_id = memories.memory_id
    order by seen_at desc limit 50
  ) as newest)`;

interface MemoryPage {
  tenantId: string;
  userId: string;
  type?: MemoryType | undefined;
  withSuperseded: boolean;
  limit: number;
  /** The last memory of the page before. */
  after?: { last_seen: Date; memory_id: string } | undefined;
}

/** One page of a user's memories, newest first; pages stay right while memories are added (keyset). */
export function pageOfMemories(db: Db, page: MemoryPage): Promise<SourcedMemory[]> {
  const { tenantId, userId, type, withSuperseded, limit, after } = page;
  let query = db
    .selectFrom('memories')
    .selectAll()
    .select(sources.as('sources'))
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('status', 'in', withSuperseded ? ['active', 'superseded'] : ['active'])
    .orderBy('last_seen', 'desc')
    .orderBy('memory_id', 'desc')
    .limit(limit);
  if (type) query = query.where('type', '=', type);
  if (after)
    query = query.where(sql<boolean>`(last_seen, memory_id) < (${after.last_seen}, ${after.memory_id})`);
  return query.execute();
}

/** The user's memories of these ids, in no order. */
export function memoriesById(
  db: Db,
  tenantId: string,
  userId: string,
  ids: string[],
): Promise<SourcedMemory[]> {
  return db
    .selectFrom('memories')
    .selectAll()
    .select(sources.as('sources'))
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where(sql<boolean>`memory_id = any(${ids}::uuid[])`)
    .execute();
}

/** What one interaction taught. */
export function memoriesOfInteraction(db: Db, tenantId: string, interactionId: string): Promise<Memory[]> {
  return db
    .selectFrom('memory_sources as source')
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('memories')
          .selectAll()
          .whereRef('memories.tenant_id', '=', 'source.tenant_id')
          .whereRef('memories.user_id', '=', 'source.user_id')
          .whereRef('memories.memory_id', '=', 'source.memory_id')
          .limit(1)
          .as('memory'),
      (join) => join.onTrue(),
    )
    .selectAll('memory')
    .where('source.tenant_id', '=', tenantId)
    .where('source.interaction_id', '=', interactionId)
    .where('memory.status', '<>', 'forgotten')
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
      where tenant_id = key.tenant_id and user_id = key.user_id and type = 'history' and status = 'active'
      order by last_seen desc limit ${limit}
    ) as recent
    order by recent.last_seen desc`.execute(tx);
  return rows;
}
