import { randomBytes } from 'node:crypto';
import type { Hypothesis } from '@learning-loop/events/fields';
import { newId } from '@learning-loop/events/ids';
import { seedTables } from '@learning-loop/testing/database/hot-queries';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { hypothesesFor, selection } from '@learning-loop/testing/selection';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { interactionIndexFilters } from '../ddl/concurrent-indexes.ts';
import { insertSelections, type NewSelection } from '../loop/selections.ts';
import type { MemoryType } from '../schema/database.ts';
import { findMemories, listMemories, listRecentHistory, listRecentMemories } from './memories.ts';
import { lockPersonas } from './personas.ts';
import { loadProfiles } from './profiles.ts';
import { upsertMemories } from './upsert-memories.ts';

const limits = { goals: 2, preferences: 2, history: 2, selections: 2 };
const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };

const memory = (user_id: string, type: MemoryType, day: number, content = `${type} ${day}`) => ({
  ...{ tenant_id: 'default', user_id, type, content, content_key: newId(), memory_id: newId() },
  ...{ confidence: 0.5, tags: [], slot: null, interaction_id: newId() },
  seen_at: `2026-01-0${day}T00:00:00Z`,
});

test('many users are read at once, each with what is its own, in the order asked', async () => {
  await using db = connectDb(await databaseForTest());
  await db.transaction().execute(async (tx) => {
    await upsertMemories(tx, [memory('ada', 'goal', 1), memory('ada', 'goal', 2), memory('ada', 'goal', 3)]);
    await upsertMemories(tx, [memory('bob', 'history', 4)]);
    await lockPersonas(tx, [{ tenant_id: 'default', user_id: 'bob' }], facets);
  });
  const asked = ['bob', 'nobody', 'ada', 'bob'].map((user_id) => ({ tenant_id: 'default', user_id }));
  const known = await loadProfiles(db, asked, limits);
  expect(known.map(({ memories }) => memories.map(({ content }) => content))).toEqual([
    ['history 4'],
    [],
    ['goal 3', 'goal 2'],
    ['history 4'],
  ]);
  expect(known.map(({ persona }) => persona?.interaction_count)).toEqual([0, undefined, undefined, 0]);
});

/** Of ada: four of each type by day, of which the third is superseded and the fourth forgotten; and of others. */
async function learnOfAll(db: Db): Promise<void> {
  const types = ['goal', 'preference', 'history'] as const;
  const of = (user: string) => types.flatMap((type) => [2, 1, 3, 4].map((day) => memory(user, type, day)));
  await db
    .transaction()
    .execute((tx) =>
      upsertMemories(tx, [
        ...of('ada'),
        { ...memory('bob', 'history', 8), seen_at: '2026-01-01T12:00:00Z' },
        { ...memory('ada', 'history', 9, 'foreign'), tenant_id: 'other' },
      ]),
    );
  await sql`update memories set status = case when content like '%3' then 'superseded' else 'forgotten' end
    where user_id = 'ada' and content ~ '[34]$'`.execute(db);
}

test('a profile holds what is active, as it was seen, newest first and up to the limit of each type', async () => {
  await using db = connectDb(await databaseForTest());
  await learnOfAll(db);
  const load = async (goals: number, preferences: number, history: number) =>
    (
      await loadProfiles(db, [{ tenant_id: 'default', user_id: 'ada' }], {
        ...limits,
        goals,
        preferences,
        history,
      })
    )[0]?.memories;
  const contents = async (...of: [number, number, number]) =>
    (await load(...of))?.map(({ content }) => content);
  expect(await contents(2, 2, 2)).toEqual([
    ...['goal 2', 'goal 1', 'preference 2', 'preference 1', 'history 2', 'history 1'],
  ]);
  expect(await contents(1, 0, 5)).toEqual(['goal 2', 'history 2', 'history 1']);
  expect(await contents(0, 1, 0)).toEqual(['preference 2']);
  expect((await load(1, 0, 0))?.[0]).toEqual({
    ...{ memory_id: expect.any(String), type: 'goal', content: 'goal 2', confidence: 0.5 },
    last_seen: new Date('2026-01-02T00:00:00.000Z'),
  });
});

test('past selections come with the moment and the words of each, the newest interaction first', async () => {
  await using db = connectDb(await databaseForTest());
  const at = [5, 9, 7].map((second) => new Date(`2026-02-03T04:05:0${second}.678Z`));
  const select = (n: number, said: object) => ({
    event: selection({ input_text: `asked ${n}`, occurred_at: at[n]?.toISOString() ?? '', ...said }),
    ...answered,
  });
  const ids = ['3', '1', '2'].map((last) => `01a00000-0000-7000-8000-00000000000${last}`);
  await insertSelections(db, [
    ...ids.map((interaction_id, n) => select(n, { interaction_id, selected_id: 'h2' })),
    select(0, { tenant_id: 'other', interaction_id: ids[0] }),
    select(0, { user_id: 'bob' }),
  ]);
  const load = async (selections: number) =>
    (await loadProfiles(db, [{ tenant_id: 'default', user_id: 'ada' }], { ...limits, selections }))[0]
      ?.selections;
  const all = await load(9);
  expect(all?.map((one) => [one.input_text, one.at])).toEqual([
    ['asked 0', at[0]],
    ['asked 2', at[2]],
    ['asked 1', at[1]],
  ]);
  expect(all?.[0]?.shown.map(({ chosen }) => chosen)).toEqual([false, true, false]);
  expect(await load(2)).toEqual(all?.slice(0, 2));
  expect(await load(0)).toEqual([]);
});

test('lists of memories hold the types and statuses asked for, newest first, up to the limit', async () => {
  await using db = connectDb(await databaseForTest());
  await learnOfAll(db);
  const ada = { tenantId: 'default', userId: 'ada' };
  const recent = async (types: MemoryType[], limit: number) =>
    (await listRecentMemories(db, { ...ada, types, limit })).map(({ content }) => content);
  expect(await recent(['goal'], 5)).toEqual(['goal 2', 'goal 1']);
  expect((await recent(['goal', 'history'], 4)).sort()).toEqual([
    'goal 1',
    'goal 2',
    'history 1',
    'history 2',
  ]);
  expect((await recent(['goal', 'history'], 2)).sort()).toEqual(['goal 2', 'history 2']);
  const page = async (withSuperseded: boolean, type?: MemoryType, limit = 9) =>
    (await listMemories(db, { ...ada, withSuperseded, limit, type })).map(({ content }) => content);
  expect(await page(true, 'preference')).toEqual(['preference 3', 'preference 2', 'preference 1']);
  expect(await page(false, 'preference')).toEqual(['preference 2', 'preference 1']);
  expect(await page(true, 'preference', 2)).toEqual(['preference 3', 'preference 2']);
  expect(await page(false)).toHaveLength(6);
  expect(await page(true)).toHaveLength(9);
  const all = await db.selectFrom('memories').select(['memory_id', 'content']).execute();
  const idOf = (content: string) => all.find((one) => one.content === content)?.memory_id ?? '';
  const asked = ['goal 2', 'goal 3', 'history 8', 'foreign'].map(idOf);
  const found = await findMemories(db, 'default', 'ada', asked);
  expect(found.map(({ content, sources }) => [content, sources.length]).sort()).toEqual([
    ['goal 2', 1],
    ['goal 3', 1],
  ]);
  const users = ['ada', 'bob', 'ada'].map((user_id) => ({ tenant_id: 'default', user_id }));
  const history = (limit: number) => db.transaction().execute((tx) => listRecentHistory(tx, users, limit));
  expect((await history(1)).map(({ user_id, content }) => [user_id, content])).toEqual([
    ['ada', 'history 2'],
    ['bob', 'history 8'],
  ]);
  expect((await history(9)).map(({ content }) => content)).toEqual(['history 2', 'history 8', 'history 1']);
});

test('a memory names the newest 50 interactions that it came from', async () => {
  await using db = connectDb(await databaseForTest());
  const ids = Array.from({ length: 52 }, (_, n) => `01a00000-0000-7000-8000-0000000000${10 + n}`);
  const learned = ids.map((interaction_id) => ({
    ...memory('ada', 'goal', 1),
    content_key: 'same',
    interaction_id,
  }));
  await db.transaction().execute((tx) => upsertMemories(tx, learned));
  const [found] = await listMemories(db, {
    tenantId: 'default',
    userId: 'ada',
    withSuperseded: true,
    limit: 1,
  });
  expect(found?.sources.map(({ interaction_id }) => interaction_id)).toEqual(ids.toReversed().slice(0, 50));
});

/** Nothing that could be compressed. */
const noise = (bytes: number) =>
  randomBytes(bytes)
    .toString('latin1')
    .replaceAll(/[^!#-[\]-~]/gu, 'x');
/** As large as keys get. */
const longest = {
  tenant_id: 'tenant'.padEnd(63, 'x'),
  user_id: Array.from(randomBytes(200), (byte) => String.fromCodePoint(0x1_f300 + byte)).join(''),
};

const answered = {
  answer: { enriched_prompt: '', tokens_estimate: 0, context_breakdown: { goal: 0, pref: 0, history: 0 } },
  shown_at: new Date(),
};

test('what is too long for the entry of an index comes in its place among the others', async () => {
  await using db = connectDb(await databaseForTest());
  const contents = [noise(2_000), noise(1_500), noise(1_501), noise(1_499), noise(8_000), 'short'];
  const memories = contents.map((content, day) => ({ ...memory('', 'goal', day + 1, content), ...longest }));
  await db.transaction().execute((tx) => upsertMemories(tx, memories));
  for (const [n, input_text] of contents.entries()) {
    const hypotheses = hypothesesFor([noise(n * 300), noise(n * 100), '']);
    await insertSelections(db, [{ event: selection({ ...longest, input_text, hypotheses }), ...answered }]);
  }
  const all = { goals: 10, preferences: 10, history: 10, selections: 10 };
  const [known] = await loadProfiles(db, [longest], all);
  expect(known?.memories.map(({ content }) => content)).toEqual(contents.toReversed());
  // A selection is compared by the beginning of its texts; what is stored stays whole.
  const beginnings = contents.map((content) => content.slice(0, 1_000));
  expect(known?.selections.map(({ input_text }) => input_text)).toEqual(beginnings.toReversed());
  const [{ shown = [] } = {}] = known?.selections ?? [];
  expect(shown.map(({ question, chosen }) => [question.length, chosen])).toEqual([
    [1_000, true],
    [500, false],
    [0, false],
  ]);
  const [newest] = await loadProfiles(db, [longest], { ...all, goals: 2, selections: 2 });
  expect(newest?.memories.map(({ content }) => content)).toEqual(['short', contents[4]]);
  expect(newest?.selections.map(({ input_text }) => input_text)).toEqual(['short', beginnings[4]]);
});

test('every length up to the longest fits into the entry of an index', async () => {
  await using db = connectDb(await databaseForTest());
  const lengths = Array.from({ length: 300 }, (_, n) => 1_300 + n);
  const newSelection = (input_text: string, hypotheses: Hypothesis[]): NewSelection => ({
    event: selection({ ...longest, input_text, hypotheses }),
    ...answered,
  });
  await insertSelections(
    db,
    lengths.flatMap((length) => [
      newSelection(noise(length), []),
      newSelection('x', hypothesesFor([noise(500), noise(500), noise(length - 1_000)])),
    ]),
  );
  const { rows } = await sql<{ most: number }>`
    select max(octet_length(input_text) + octet_length(shown::text))::int as most from selections
    where ${sql.raw(interactionIndexFilters.short)} group by shown = '[]'`.execute(db);
  expect(rows).toEqual([{ most: 1_500 }, { most: 1_500 }]);
});

test('a user is read from entries of indexes alone, not from a page for each of its rows', async () => {
  await using db = connectDb(await databaseForTest(), { max: 1 });
  await seedTables(db, 1, 20_000);
  await sql`vacuum (analyze) memories, selections`.execute(db);
  await sql`set plan_cache_mode = force_generic_plan`.execute(db);
  await loadProfiles(db, [{ tenant_id: 'default', user_id: 'user-7' }], limits);
  const plan = await planOf(db, 'jsonb_build_object');
  expect(plan.match(/Index Only Scan\w* (?:Backward )?using memories_covering/gu)).toHaveLength(3);
  expect(plan.match(/Index Only Scan\w* (?:Backward )?using selections_covering/gu)).toHaveLength(1);
});

/** Of the kept statement that holds this. */
async function planOf(db: Db, part: string): Promise<string> {
  const { rows } = await sql<{ name: string; parameters: number }>`
    select name, cardinality(parameter_types)::int as parameters from pg_prepared_statements
    where strpos(statement, ${part}) > 0 and statement !~ 'pg_prepared_statements'`.execute(db);
  const { name, parameters } = rows[0] ?? { name: '', parameters: 0 };
  const nulls = Array.from({ length: parameters }, () => 'null').join(', ');
  const plan = await sql.raw<{ 'QUERY PLAN': string }>(`explain execute "${name}" (${nulls})`).execute(db);
  return plan.rows.map((row) => row['QUERY PLAN']).join('\n');
}
