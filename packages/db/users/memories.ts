import { type UserKey, userKeysJson } from '@learning-loop/events/ids';
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import { memoryIndexFilters, newestFromCoveringIndexes } from '../ddl/concurrent-indexes.ts';
import type { Database, MemoryType } from '../schema/database.ts';

export type Memory = Selectable<Database['memories']>;

export async function listRecentMemories(
  db: Db,
  { types, ...query }: Omit<MemoryQuery, 'withSuperseded'> & { types: MemoryType[] },
): Promise<Memory[]> {
  const { rows } = await sql<Memory>`
    select * from (${selectNewest(types, { ...query, withSuperseded: false })}) as memories
    order by last_seen desc limit ${query.limit}`.execute(db);
  return rows;
}

interface MemoryQuery {
  tenantId: string;
  userId: string;
  withSuperseded: boolean;
  limit: number;
  /** The last memory of the previous page. */
  after?: { last_seen: Date; memory_id: string } | undefined;
}

/** One index scan per type, each with `limit`: nothing else is read, however many memories a user has. */
function selectNewest(types: MemoryType[], { tenantId, userId, withSuperseded, limit, after }: MemoryQuery) {
  const statuses = withSuperseded ? ['active', 'superseded'] : ['active'];
  const older = after
    ? sql`and (last_seen, memory_id) < (${after.last_seen}::timestamptz, ${after.memory_id}::uuid)`
    : sql``;
  const queries = types.map(
    (type) => sql`(
      select * from memories
      where tenant_id = ${tenantId} and user_id = ${userId} and type = ${type}
        and status = any(${statuses}::text[]) ${older}
      order by last_seen desc, memory_id desc limit ${limit})`,
  );
  return sql.join(queries, sql` union all `);
}

/** `sources`: the newest 50 interactions that it came from. */
export type SourcedMemory = Memory & { sources: { interaction_id: string; seen_at: string }[] };

const sources = sql<SourcedMemory['sources']>`(
  select coalesce(jsonb_agg(jsonb_build_object('interaction_id', interaction_id, 'seen_at', seen_at)), '[]')
  from (
    select interaction_id, seen_at from memory_sources
    where memory_sources.tenant_id = memories.tenant_id and memory_sources.user_id = memories.user_id
      and memory_sources.memory_id = memories.memory_id
    order by interaction_id desc limit 50
  ) as newest)`;

const memoryTypes: MemoryType[] = ['goal', 'preference', 'history'];

/** One page, newest first; keyset pagination stays correct while memories are added. */
export async function listMemories(
  db: Db,
  { type, ...page }: MemoryQuery & { type?: MemoryType | undefined },
): Promise<SourcedMemory[]> {
  const { rows } = await sql<SourcedMemory>`
    select memories.*, ${sources} as sources
    from (${selectNewest(type ? [type] : memoryTypes, page)}) as memories
    order by last_seen desc, memory_id desc limit ${page.limit}`.execute(db);
  return rows;
}

export function findMemories(
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

/** In the order in which they were first learned. */
export function listInteractionMemories(db: Db, tenantId: string, interactionId: string): Promise<Memory[]> {
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
    .orderBy('memory.memory_id')
    .execute();
}

/** At most `limit` of each user, newest first. */
export async function listRecentHistory(
  tx: Tx,
  users: UserKey[],
  limit: number,
): Promise<(UserKey & { content: string })[]> {
  const history = newestFromCoveringIndexes(
    memoryIndexFilters,
    (length) => sql`
      select content, last_seen from memories
      where tenant_id = key.tenant_id and user_id = key.user_id and type = 'history' and status = 'active'
        and ${length}`,
    sql`order by last_seen desc limit ${limit}`,
  );
  const { rows } = await sql<UserKey & { content: string }>`
    select key.tenant_id, key.user_id, recent.content
    from (select distinct * from jsonb_to_recordset(${userKeysJson(users)}::jsonb)
      as row(tenant_id text, user_id text)) as key
    cross join lateral ${history} as recent
    order by recent.last_seen desc`.execute(tx);
  return rows;
}
