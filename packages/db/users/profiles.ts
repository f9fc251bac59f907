import type { Facets } from '@learning-loop/events/fields';
import { type UserKey, userKeysJson } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import { cutInputText, cutShown } from '../client/cut-texts.ts';
import type { Db } from '../connect.ts';
import {
  interactionIndexFilters,
  memoryIndexFilters,
  newestFromCoveringIndexes,
} from '../ddl/concurrent-indexes.ts';
import type { MemoryType, PastHypothesis } from '../schema/database.ts';

export interface ProfileLimits {
  goals: number;
  preferences: number;
  history: number;
  selections: number;
}

/** As JSON: it is the same as long as the rows are, which takes no time to see. */
export interface WrittenProfile {
  /** In ms, by PostgreSQL's clock; nothing of the profile was read before. */
  read_at: number;
  persona: string | null;
  memories: string;
  selections: string;
}

/** One array per column: a JSON key for every value would take most of the time to write and parse. */
interface ProfileRow {
  persona: { facets: Facets; interaction_count: number } | null;
  memories: {
    memory_id: string[];
    type: MemoryType[];
    content: string[];
    confidence: number[];
    last_seen: number[];
  };
  selections: { input_text: string[]; at: number[]; shown: PastHypothesis[][] };
}

export interface ProfileMemory {
  memory_id: string;
  type: MemoryType;
  content: string;
  confidence: number;
  last_seen: Date;
}

export interface ProfileSelection {
  input_text: string;
  at: Date;
  shown: PastHypothesis[];
}

export interface ProfileRows {
  /** By PostgreSQL's clock; nothing of the profile was read before. */
  read_at: Date;
  persona: ProfileRow['persona'];
  memories: ProfileMemory[];
  selections: ProfileSelection[];
}

const selectMemories = (type: MemoryType, limit: number) =>
  newestFromCoveringIndexes(
    memoryIndexFilters,
    (length) => sql`
      select memory_id, type, content, confidence, last_seen from memories
      where tenant_id = asked.tenant_id and user_id = asked.user_id and type = ${type} and status = 'active'
        and ${length}`,
    sql`order by last_seen desc limit ${limit}`,
  );

const selectSelections = (limit: number) =>
  newestFromCoveringIndexes(
    interactionIndexFilters,
    (length, kind) => sql`
      select interaction_id, ${kind === 'long' ? cutInputText : sql`input_text`}, selected_at,
        ${kind === 'long' ? cutShown : sql`shown`} from selections
      where tenant_id = asked.tenant_id and user_id = asked.user_id and ${length}`,
    sql`order by interaction_id desc limit ${limit}`,
  );

/** For many requests in one round trip, in the order of `users`. The texts of selections are cut to 1,000 characters. */
export async function loadProfiles(db: Db, users: UserKey[], limits: ProfileLimits): Promise<ProfileRows[]> {
  return (await loadWrittenProfiles(db, users, limits)).map(({ read_at, persona, memories, selections }) => ({
    read_at: new Date(read_at),
    persona: parsePersona(persona),
    memories: parseMemories(memories),
    selections: parseSelections(selections),
  }));
}

/** The same, for those who know what some of them said before. */
export async function loadWrittenProfiles(
  db: Db,
  users: UserKey[],
  limits: ProfileLimits,
): Promise<WrittenProfile[]> {
  const { rows } = await sql<WrittenProfile>`
    select ${sql.raw(epochMs('statement_timestamp()'))} as read_at,
      (select jsonb_build_object('facets', facets, 'interaction_count', interaction_count) from personas
        where tenant_id = asked.tenant_id and user_id = asked.user_id)::text as persona,
      (select json_build_object(
          'memory_id', ${jsonArray('memory_id')}, 'type', ${jsonArray('type')}, 'content', ${jsonArray('content')},
          'confidence', ${jsonArray('confidence')}, 'last_seen', ${jsonArray(epochMs('last_seen'))}) from (
        ${selectMemories('goal', limits.goals)} union all
        ${selectMemories('preference', limits.preferences)} union all
        ${selectMemories('history', limits.history)}) as memory)::text as memories,
      (select json_build_object(
          'input_text', ${jsonArray('input_text')}, 'at', ${jsonArray(epochMs('selected_at'))},
          'shown', ${jsonArray('shown')}) from ${selectSelections(limits.selections)} as selection)::text as selections
    from rows from (jsonb_to_recordset(${userKeysJson(users)}::jsonb) as (tenant_id text, user_id text))
      with ordinality as asked(tenant_id, user_id, place)
    order by place`.execute(db);
  return rows;
}

/** A double: extract() calculates with decimals, which takes longer than reading the row. */
const epochMs = (column: string) => `date_part('epoch', ${column}) * 1000`;

function jsonArray(expression: string) {
  return sql`coalesce(json_agg(${sql.raw(expression)}), '[]')`;
}

export const parsePersona = (json: string | null): ProfileRow['persona'] =>
  json === null ? null : JSON.parse(json);

export function parseMemories(json: string): ProfileMemory[] {
  const { memory_id, type, content, confidence, last_seen }: ProfileRow['memories'] = JSON.parse(json);
  return memory_id.map((id, i) => ({
    memory_id: id,
    type: at(type, i),
    content: at(content, i),
    confidence: at(confidence, i),
    last_seen: new Date(at(last_seen, i)),
  }));
}

export function parseSelections(json: string): ProfileSelection[] {
  const { input_text, at: times, shown }: ProfileRow['selections'] = JSON.parse(json);
  return input_text.map((text, i) => ({
    input_text: text,
    at: new Date(at(times, i)),
    shown: at(shown, i),
  }));
}

function at<T>(column: readonly T[], row: number): T {
  const value = column[row];
  if (value === undefined) throw new RangeError('columns of one query differ in length');
  return value;
}
