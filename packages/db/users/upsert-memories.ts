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

/** Serializes batches that fill slots of the same user: each would miss what the other supersedes. */
export async function lockUserSlots(tx: Tx, memories: NewMemory[]): Promise<void> {
  const keys = new Set(memories.filter(({ slot }) => slot !== null).map(userKey));
  if (keys.size === 0) return;
  await sql`
    select pg_advisory_xact_lock(hashtextextended(key, 0))
    from (select unnest(${[...keys].sort()}::text[]) as key) as users`.execute(tx);
}

/** In each slot the newest preference is active, or several of the same moment; a corrected one always wins. */
export async function supersedeOlder(tx: Tx, memories: NewMemory[]): Promise<void> {
  const slots = memories.filter(({ slot }) => slot !== null);
  if (slots.length === 0) return;
  await sql`
    with touched as (
      select distinct tenant_id, user_id, slot from jsonb_to_recordset(${JSON.stringify(slots)}::jsonb)
        as row(tenant_id text, user_id text, slot text)
    ), ranked as (
      select tenant_id, user_id, rivals.* from touched cross join lateral (
        select memory_id, case when corrected then 'active'
          when bool_or(corrected and status = 'active') over () then 'superseded'
          when last_seen = max(last_seen) over () then 'active' else 'superseded' end as due
        from memories
        where tenant_id = touched.tenant_id and user_id = touched.user_id and slot = touched.slot
          and status <> 'forgotten'
      ) as rivals
      order by tenant_id, user_id, memory_id
    )
    update memories set status = ranked.due from ranked
    where memories.tenant_id = ranked.tenant_id and memories.user_id = ranked.user_id
      and memories.memory_id = ranked.memory_id and not memories.corrected
      and memories.status <> ranked.due`.execute(tx);
}
