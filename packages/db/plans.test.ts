import { databaseForTest } from '@learning-loop/testing/postgres';
import { selection } from '@learning-loop/testing/selection';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { expect, test } from 'vitest';
import { readEmbeddings, requestMissingEmbeddings, takeDueEmbeddings } from './embeddings.ts';
import { findByText, findInteraction, findInteractions } from './interactions.ts';
import { knownUsers } from './known-user.ts';
import { learningState } from './learning-state.ts';
import {
  memoriesById,
  memoriesOfInteraction,
  pageOfMemories,
  recentHistory,
  recentMemories,
} from './memories.ts';
import { insertEvents, loadPending, settle } from './outbox.ts';
import { findPersona, findPersonas, findPersonaUpdate } from './personas.ts';
import type { Database } from './schema.ts';
import { choicesOfTenant } from './selections.ts';

const rows = 30_000;
const users = 300;
const big = [
  'interactions',
  'selections',
  'memories',
  'memory_sources',
  'embeddings',
  'persona_updates',
  'personas',
  'outbox',
];

/** So many rows that reading a whole table would be the planner's choice only where no index serves. */
async function fill(db: Kysely<Database>): Promise<void> {
  const each = sql`from generate_series(1, ${sql.lit(rows)}) as n`;
  const user = sql`'user-' || (n % ${sql.lit(users)})`;
  const id = sql`md5(n::text)::uuid`;
  const at = sql`now() - make_interval(secs => n)`;
  for (const statement of [
    sql`insert into interactions (tenant_id, interaction_id, user_id, created_at, input_text, media_type, model_id,
      context, hypotheses, used_memories, auto_advance)
      select 'default', ${id}, ${user}, ${at}, 'text ' || n, 'text/plain', 'rules', '{}', '[]', '[]', false ${each}`,
    sql`insert into selections (tenant_id, interaction_id, user_id, event_id, selected_id, auto_advanced, selected_at,
      input_text, shown, answer) select 'default', ${id}, ${user}, ${id}, 'h1', false, ${at}, '', '[]', '{}' ${each}`,
    sql`insert into memories (tenant_id, user_id, memory_id, type, content_key, content, confidence, tags, first_seen,
      last_seen) select 'default', ${user}, ${id}, (array['goal', 'preference', 'history'])[1 + n % 3], n::text,
      'content', 0.5, '{}', ${at}, ${at} ${each}`,
    sql`insert into memory_sources (tenant_id, user_id, memory_id, interaction_id, seen_at)
      select 'default', ${user}, ${id}, ${id}, ${at} ${each}`,
    sql`insert into embeddings (tenant_id, user_id, memory_id, model, vector, tried_at)
      select 'default', ${user}, ${id}, case when n > 40 then 'bge' else '' end, '', ${at} ${each}`,
    sql`insert into personas (tenant_id, user_id, facets, interaction_count, updated_at)
      select 'default', 'user-' || n, '{}', 0, now() ${each}`,
    sql`insert into persona_updates (tenant_id, user_id, event_id, interaction_id, occurred_at, old_facets, new_facets,
      facet_deltas, decided_by, reason) select 'default', ${user}, ${id}, ${id}, ${at}, '{}', '{}', '{}', 'rules', ''
      ${each}`,
    sql`insert into outbox (event_id, event, tenant_id, user_id, payload, pending)
      select ${id}, 'hypothesis.selected', 'default', ${user}, '{}', '{memory,persona}' ${each}`,
    sql`analyze`,
  ]) {
    await statement.execute(db);
  }
}

test('every hot query finds its rows by an index', async () => {
  const pool = new pg.Pool({ connectionString: await databaseForTest(), max: 2 });
  const seen: { text: string; parameters: readonly unknown[] }[] = [];
  await using db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void seen.push({ text: query.sql, parameters: query.parameters }),
  });
  await fill(db);
  seen.length = 0;
  await runHotQueries(db);
  const hot = seen.filter(({ text }) => /^\s*(?:select|with|insert|update|delete)\b/iu.test(text));
  expect(hot.length).toBeGreaterThan(15);
  for (const { text, parameters } of hot) {
    const { rows: plans } = await pool.query(`explain (format json) ${text}`, [...parameters]);
    const scanned = [
      ...JSON.stringify(plans).matchAll(/"Node Type":"Seq Scan"[^{}]*?"Relation Name":"(\w+)"/gu),
    ];
    expect(
      scanned.map(([, table]) => table).filter((table) => big.includes(table ?? '')),
      text,
    ).toEqual([]);
  }
});

async function runHotQueries(db: Kysely<Database>): Promise<void> {
  const user = { tenant_id: 'default', user_id: 'user-7' };
  const of = { tenantId: 'default', userId: 'user-7' };
  const { rows: some } = await sql<{ id: string }>`select md5('7')::uuid as id`.execute(db);
  const id = some[0]?.id ?? '';
  await knownUsers(db, [user], { goals: 100, preferences: 100, history: 200, choices: 100 });
  await findInteraction(db, 'default', id);
  await findInteractions(db, [{ tenant_id: 'default', interaction_id: id }]);
  await findByText(db, { ...of, text: 'text 7', limit: 20 });
  await choicesOfTenant(db, 'default', 1_000);
  await recentMemories(db, { ...of, types: ['goal', 'preference'], limit: 100 });
  await pageOfMemories(db, {
    ...of,
    withSuperseded: false,
    limit: 50,
    after: { last_seen: new Date(), memory_id: id },
  });
  await memoriesById(db, 'default', 'user-7', [id]);
  await memoriesOfInteraction(db, 'default', id);
  await readEmbeddings(db, user, [id], 'bge');
  await takeDueEmbeddings(db, { model: 'bge', limit: 32, againMs: 1_000 });
  await requestMissingEmbeddings(db, { ...user, memory_id: id }, 100);
  await learningState(db, id);
  await findPersona(db, 'default', 'user-7');
  await findPersonaUpdate(db, { ...user, event_id: id });
  await db.transaction().execute(async (tx) => {
    await findPersonas(tx, [user]);
    await recentHistory(tx, [user], 5);
    await loadPending(tx, 'memory', [id]);
    await settle(tx, 'memory', [id]);
    await insertEvents(tx, [{ name: 'hypothesis.selected', event: selection() }]);
  });
}
