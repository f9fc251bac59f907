import type { Facets } from '@learning-loop/events/fields';
import { sql } from 'kysely';
import type { Db } from './connect.ts';
import type { MemoryType, ShownOption } from './schema.ts';
import { type UserKey, userKeysJson } from './user-key.ts';

/** How much of a user is read, newest first. */
export interface Reading {
  goals: number;
  preferences: number;
  history: number;
  choices: number;
}

interface KnownRow {
  persona: { facets: Facets; interaction_count: number } | null;
  memories: KnownMemory<string>[];
  choices: KnownChoice<string>[];
}

interface KnownMemory<Instant> {
  memory_id: string;
  type: MemoryType;
  content: string;
  confidence: number;
  tags: string[];
  count: number;
  last_seen: Instant;
}

interface KnownChoice<Instant> {
  input_text: string;
  at: Instant;
  shown: ShownOption[];
}

export interface KnownUser {
  persona: KnownRow['persona'];
  memories: KnownMemory<Date>[];
  choices: KnownChoice<Date>[];
}

const memoriesOf = (type: MemoryType, limit: number) => sql`(
  select memory_id, type, content, confidence, tags, count, last_seen from memories
  where tenant_id = asked.tenant_id and user_id = asked.user_id and type = ${type} and status = 'active'
  order by last_seen desc limit ${limit})`;

/** All that a request needs to know of its user, for many requests in one round trip, in their order. */
export async function knownUsers(db: Db, users: UserKey[], reading: Reading): Promise<KnownUser[]> {
  const { rows } = await sql<KnownRow>`
    select
      (select jsonb_build_object('facets', facets, 'interaction_count', interaction_count) from personas
        where tenant_id = asked.tenant_id and user_id = asked.user_id) as persona,
      (select coalesce(jsonb_agg(to_jsonb(memory)), '[]') from (
        ${memoriesOf('goal', reading.goals)} union all
        ${memoriesOf('preference', reading.preferences)} union all
        ${memoriesOf('history', reading.history)}) as memory) as memories,
      (select coalesce(jsonb_agg(to_jsonb(choice)), '[]') from (
        select input_text, selected_at as at, shown from selections
        where tenant_id = asked.tenant_id and user_id = asked.user_id
        order by interaction_id desc limit ${reading.choices}) as choice) as choices
    from rows from (jsonb_to_recordset(${userKeysJson(users)}::jsonb) as (tenant_id text, user_id text))
      with ordinality as asked(tenant_id, user_id, place)
    order by place`.execute(db);
  return rows.map(({ persona, memories, choices }) => ({
    persona,
    memories: memories.map((memory) => ({ ...memory, last_seen: new Date(memory.last_seen) })),
    choices: choices.map((choice) => ({ ...choice, at: new Date(choice.at) })),
  }));
}
