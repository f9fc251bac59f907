import { sql } from 'kysely';
import { context } from '../interactions.ts';

export const hotUser = 'hot';
export const users = 100_000;
const interactions = 5_000_000;
const memories = 10_000_000;
/** Of so many rows one is the hot user's: 100,000 memories and as many interactions. */
const hotShare = { memories: 100, interactions: 50 };
const apartMs = 5_000;

const begun = Date.now();
const now = sql.lit(begun);
/** When the first interaction was shown. */
export const oldest = new Date(begun - interactions * apartMs);
const msOf = (n: string) =>
  sql`(${now}::bigint - (${sql.lit(interactions)} - ${sql.raw(n)}) * ${sql.lit(apartMs)}::bigint)`;
const at = (n: string) => sql`to_timestamp(${msOf(n)} / 1000.0)`;
/** A UUID of version 7: its first 48 bits are the time, the others are as good as random. */
const idOf = (n: string, seed = n) => sql`(lpad(to_hex(${msOf(n)}), 12, '0')
  || '7' || left(md5((${sql.raw(seed)})::text), 3) || '8' || right(md5((${sql.raw(seed)})::text), 15))::uuid`;
const userOf = (share: number) =>
  sql`case when n % ${sql.lit(share)} = 0 then ${sql.lit(hotUser)} else 'user-' || n % ${sql.lit(users)} end`;
const upTo = (count: number) => sql`from generate_series(1, ${sql.lit(count)}::int) as n`;

/** Shorter than real ones, so that the whole stays below 15 GB. */
const options = ['REST API?', 'GraphQL API?', 'Command line?'].map((question, place) => ({
  ...{
    id: `h${place + 1}`,
    question,
    rationale: '',
    confidence: 0.4,
    raw_confidence: 0.4,
    position: place + 1,
  },
  ...{ score: -place, propensity: 0.95, features: {} },
}));
const shown = options.map(({ question, raw_confidence, id }) => ({
  question,
  raw_confidence,
  chosen: id === 'h1',
}));
const answer = { enriched_prompt: 'build api', tokens_estimate: 3, context_breakdown: {} };
const json = (value: unknown) => sql`${sql.lit(JSON.stringify(value))}::jsonb`;
const facets = json(context.persona_facets);

const pickUser = userOf(hotShare.interactions);
const memoryUser = userOf(hotShare.memories);
/** Each interaction taught two memories. */
const source = '1 + n / 2 % 5000000';
const memoryId = idOf('n / 2', '-n');

/** What each table is filled with, the largest first. */
export const tables = {
  interactions: sql`insert into interactions (tenant_id, interaction_id, user_id, created_at, input_text, media_type,
    model_id, context, hypotheses, used_memories, auto_advance)
    select 'default', ${idOf('n')}, ${pickUser}, ${at('n')}, 'build the api number ' || n % 1000, 'text/plain', 'rules',
      '{}', ${json(options)}, '[]',
      false ${upTo(interactions)}`,
  memories: sql`insert into memories (tenant_id, user_id, memory_id, type, content_key, content, confidence, tags,
    first_seen, last_seen)
    select 'default', ${memoryUser}, ${memoryId}, (array['goal', 'preference', 'history', 'history'])[1 + n / 100000 % 4],
      n::text, 'build the api number ' || n || ' with PostgreSQL and Docker', 0.7, '{learned}',
      ${at('n / 2')}, ${at('n / 2')} ${upTo(memories)}`,
  selections: sql`insert into selections (tenant_id, interaction_id, user_id, event_id, selected_id, auto_advanced,
    selected_at, input_text, shown, answer)
    select 'default', ${idOf('n')}, ${pickUser}, ${idOf('n')}, 'h1', false, ${at('n')}, 'build the api number ' || n % 1000,
      ${json(shown)}, ${json(answer)} ${upTo(interactions)}`,
  memory_sources: sql`insert into memory_sources (tenant_id, user_id, memory_id, interaction_id, seen_at)
    select 'default', ${memoryUser}, ${memoryId}, ${idOf(source)}, ${at('n / 2')} ${upTo(memories)}`,
  embeddings: sql`insert into embeddings (tenant_id, user_id, memory_id, model, vector, tried_at)
    select 'default', ${memoryUser}, ${memoryId}, 'bge', decode(repeat(md5(n::text), 24), 'hex'), ${at('n / 2')}
    from generate_series(9500001, ${sql.lit(memories)}::int) as n`,
  persona_updates: sql`insert into persona_updates (tenant_id, user_id, event_id, interaction_id, occurred_at,
    old_facets, new_facets, facet_deltas, decided_by, reason)
    select 'default', ${pickUser}, ${idOf('n')}, ${idOf('n')}, ${at('n')}, ${facets}, ${facets}, '{}', 'rules', ''
    from generate_series(3000001, ${sql.lit(interactions)}::int) as n`,
  personas: sql`insert into personas (tenant_id, user_id, facets, interaction_count, updated_at, moved_at)
    select 'default', user_id, ${facets}, 50, now(), now()
    from (select ${sql.lit(hotUser)} as user_id union all select 'user-' || n ${upTo(users)}) as everybody`,
};
