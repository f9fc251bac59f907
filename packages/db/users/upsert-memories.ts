import { userKey } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import type { Tx } from '../connect.ts';
import type { MemoryType } from '../schema/database.ts';

export interface NewMemory {
  tenant_id: string;
  user_id: string;
  memory_id: string;
  type: MemoryType;
  content_key: string;
  content: string;
  /** Of this interaction alone, in [0, 1]. */
  confidence: number;
  tags: string[];
  slot: string | null;
  seen_at: string;
  interaction_id: string;
}

const maxConfidence = 0.99;

/** Merges by key (confidence by noisy-or), independently of the order of calls: the earliest content stays. */
export async function upsertMemories(tx: Tx, memories: NewMemory[]): Promise<void> {
  if (memories.length === 0) return;
  await sql`
    with learned as (
      select * from jsonb_to_recordset(${JSON.stringify(memories)}::jsonb) as row(
        tenant_id text, user_id text, memory_id uuid, type text, content_key text, content text,
        confidence float8, tags text[], slot text, seen_at timestamptz, interaction_id uuid)
    ), merged as (
      select distinct on (tenant_id, user_id, type, content_key) *,
        exp(sum(ln(greatest(1 - confidence, 1e-9))) over same) as doubt,
        max(seen_at) over same as latest, count(*) over same as times
      from learned window same as (partition by tenant_id, user_id, type, content_key)
      order by tenant_id, user_id, type, content_key, seen_at, memory_id
    ), kept as (
      insert into memories as old (tenant_id, user_id, memory_id, type, content_key, content, confidence,
        tags, slot, count, first_seen, last_seen)
      select tenant_id, user_id, memory_id, type, content_key, content,
        case when times = 1 then confidence else least(${maxConfidence}, 1 - doubt) end, tags, slot, times, seen_at, latest
      from merged
      on conflict (tenant_id, user_id, type, content_key) do update set
        content = case when excluded.first_seen < old.first_seen and not old.corrected and old.status <> 'forgotten'
          then excluded.content else old.content end,
        count = old.count + excluded.count,
        confidence = case when old.corrected then old.confidence
          else least(${maxConfidence}, 1 - (1 - old.confidence) * (1 - excluded.confidence)) end,
        first_seen = least(old.first_seen, excluded.first_seen),
        last_seen = greatest(old.last_seen, excluded.last_seen)
      returning tenant_id, user_id, memory_id, type, content_key
    )
    insert into memory_sources (tenant_id, user_id, memory_id, interaction_id, seen_at)
    select kept.tenant_id, kept.user_id, kept.memory_id, learned.interaction_id, learned.seen_at
    from kept join learned using (tenant_id, user_id, type, content_key)
    on conflict do nothing`.execute(tx);
}

export type SlotKey = Pick<NewMemory, 'tenant_id' | 'user_id' | 'type' | 'content_key' | 'slot'>;

/** Serializes batches that learn preferences of the same user: each would miss what the other supersedes. */
export async function lockUserSlots(tx: Tx, memories: NewMemory[]): Promise<void> {
  const keys = new Set(memories.filter(({ type }) => type === 'preference').map(userKey));
  if (keys.size === 0) return;
  await sql`
    select pg_advisory_xact_lock(hashtextextended(key, 0))
    from (select unnest(${[...keys].sort()}::text[]) as key) as users`.execute(tx);
}

/** The key of a dislike is that of the liking of the same thing behind an exclamation mark, and the other way round. */
const oppositeKey = (key: string) =>
  sql.raw(`case when ${key} like '!%' then substr(${key}, 2) else '!' || ${key} end`);

/**
 * In each slot the newest preference is active, or several of the same moment; of liking and disliking a thing the
 * newest, or the dislike. A corrected one always wins.
 */
export async function supersedeOlder(tx: Tx, memories: SlotKey[]): Promise<void> {
  const preferences = memories.filter(({ type }) => type === 'preference');
  if (preferences.length === 0) return;
  const changes = await findChanges(tx, preferences);
  if (changes.length === 0) return;
  await sql`
    update memories set status = change.due
    from (select * from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
      as row(tenant_id text, user_id text, memory_id uuid, due text) offset 0) as change
    where memories.tenant_id = change.tenant_id and memories.user_id = change.user_id
      and memories.memory_id = change.memory_id`.execute(tx);
}

interface StatusChange {
  tenant_id: string;
  user_id: string;
  memory_id: string;
  due: 'active' | 'superseded';
}

/** Each row by itself: its status follows from the others of its slot and its opposite, whatever came first. */
async function findChanges(tx: Tx, preferences: SlotKey[]): Promise<StatusChange[]> {
  const { rows } = await sql<StatusChange>`
    with learned as (
      select distinct * from jsonb_to_recordset(${JSON.stringify(preferences)}::jsonb)
        as row(tenant_id text, user_id text, slot text, content_key text)
    ), keys as (
      select tenant_id, user_id, content_key from learned
      union select tenant_id, user_id, ${oppositeKey('content_key')} from learned
    ), touched as (
      select rival.* from (select distinct tenant_id, user_id, slot from learned where slot is not null) as filled
      cross join lateral (
        select * from memories where tenant_id = filled.tenant_id and user_id = filled.user_id
          and slot = filled.slot and status <> 'forgotten' offset 0) as rival
      union
      select rival.* from keys cross join lateral (
        select * from memories where tenant_id = keys.tenant_id and user_id = keys.user_id
          and type = 'preference' and content_key = keys.content_key and status <> 'forgotten' limit 1) as rival
    ), ranked as (
      select tenant_id, user_id, memory_id, status, case when (
          select true from memories as rival where rival.tenant_id = touched.tenant_id
            and rival.user_id = touched.user_id and rival.slot = touched.slot and rival.status <> 'forgotten'
            and rival.memory_id <> touched.memory_id
            and (rival.last_seen > touched.last_seen or rival.corrected and rival.status = 'active')
          limit 1
        ) or (
          select true from memories as rival where rival.tenant_id = touched.tenant_id
            and rival.user_id = touched.user_id and rival.type = 'preference'
            and rival.content_key = ${oppositeKey('touched.content_key')} and rival.status <> 'forgotten'
            and case when rival.corrected then rival.status = 'active'
              else rival.last_seen > touched.last_seen
                or rival.last_seen = touched.last_seen and rival.content_key like '!%' end
          limit 1
        ) then 'superseded' else 'active' end as due
      from touched where not corrected
    )
    select tenant_id, user_id, memory_id, due from ranked where status <> due
    order by tenant_id, user_id, memory_id`.execute(tx);
  return rows;
}
