import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { loadLearningMetrics } from './learning-metrics.ts';

const tenant_id = 'default';
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

interface Shown {
  tenant_id?: string;
  user_id: string;
  days: number;
  ranker_id?: string;
  auto_advance?: boolean;
  /** Undefined where nothing was answered. */
  selected_id?: string | null;
}

async function show(
  db: Db,
  { user_id, days, ranker_id = 'shipped', auto_advance = false, selected_id, ...of }: Shown,
) {
  const key = { tenant_id, ...of, interaction_id: newId(), user_id, input_text: 'which' };
  await db
    .insertInto('interactions')
    .values({
      ...{ ...key, ranker_id, auto_advance, created_at: daysAgo(days), media_type: 'text/plain' },
      ...{ model_id: 'rules', used_memories: '[]', context: '{}', hypotheses: '[]' },
    })
    .execute();
  if (selected_id === undefined) return key;
  await db
    .insertInto('selections')
    .values({
      ...key,
      selected_id,
      event_id: newId(),
      auto_advanced: auto_advance,
      shown: '[]',
      answer: '{}',
      selected_at: daysAgo(days),
    })
    .execute();
  return key;
}

test('counts who came back within seven days, by the model that ranked first', async () => {
  await using db = connectDb(await databaseForTest());
  for (const shown of [
    { user_id: 'back after a day', days: 20 },
    { user_id: 'back after a day', days: 19 },
    { user_id: 'back after seven', days: 20 },
    { user_id: 'back after seven', days: 13 },
    { user_id: 'back after eight', days: 20 },
    { user_id: 'back after eight', days: 12 },
    { user_id: 'never back', days: 20 },
    { user_id: 'twice on one day', days: 20 },
    { user_id: 'twice on one day', days: 20 },
    { user_id: 'too new to tell', days: 3 },
    { user_id: 'with another', days: 20, ranker_id: 'other' },
    { user_id: 'with another', days: 18, ranker_id: 'other' },
  ])
    await show(db, shown);
  const rows = await loadLearningMetrics(db, tenant_id, 'model', daysAgo(30));
  const rates = Object.fromEntries(rows.map(({ key, return_rate }) => [key, return_rate]));
  expect(rates).toEqual({ shipped: 2 / 5, other: 1 });
});

test('counts auto-advances, and those that the user answered otherwise', async () => {
  await using db = connectDb(await databaseForTest());
  for (const [i, selected_id] of ['h1', 'h1', 'h2', null, undefined].entries())
    await show(db, {
      user_id: `user ${i}`,
      days: 1,
      auto_advance: true,
      ...(selected_id !== undefined && { selected_id }),
    });
  for (const selected_id of ['h1', 'h3', null]) await show(db, { user_id: 'asked', days: 1, selected_id });
  const [row] = await loadLearningMetrics(db, tenant_id, 'model', daysAgo(7));
  expect(row).toMatchObject({
    ...{ interactions: 8, users: 6, answers: 7 },
    ...{ auto_advance_rate: 5 / 8, override_rate: 2 / 4, selection_rate: 5 / 7, first_place_rate: 3 / 7 },
  });
});

test('counts nothing of another tenant and nothing from before, even of the same user and model', async () => {
  await using db = connectDb(await databaseForTest());
  await show(db, { user_id: 'ada', days: 2, selected_id: 'h1' });
  await show(db, { user_id: 'ada', days: 2, tenant_id: 'other', selected_id: null });
  await show(db, { user_id: 'ada', days: 31, selected_id: null });
  const rows = await loadLearningMetrics(db, tenant_id, 'model', daysAgo(30));
  expect(rows).toMatchObject([{ key: 'shipped', interactions: 1, answers: 1, selection_rate: 1 }]);
});

test('is satisfied who gives a thumb up or a rating from 4; a comment is no vote', async () => {
  await using db = connectDb(await databaseForTest());
  const { input_text, ...key } = await show(db, { user_id: 'ada', days: 2, selected_id: 'h1' });
  for (const [type, value] of [
    ...[3, 4, 5].map((stars) => ['rating', stars] as const),
    ['thumbs_up', null] as const,
    ['thumbs_down', null] as const,
    ['comment', 'too brief'] as const,
  ])
    await db
      .insertInto('feedback')
      .values({ ...key, event_id: newId(), type, value: JSON.stringify(value), given_at: daysAgo(1) })
      .execute();
  const rows = await loadLearningMetrics(db, tenant_id, 'model', daysAgo(30));
  expect(rows).toMatchObject([{ interactions: 1, feedback: 5, satisfaction: 3 / 5 }]);
});

test('who came seven days ago may still come back today, and does not count as gone', async () => {
  await using db = connectDb(await databaseForTest());
  for (const days of [7, 8]) await show(db, { user_id: `new for ${days} days`, days });
  await show(db, { user_id: 'new for 8 days', days: 1 });
  const [row] = await loadLearningMetrics(db, tenant_id, 'model', daysAgo(30));
  expect(row?.return_rate).toBe(1);
});

test('a day is one of UTC, wherever the database is, and the rates of each day are its own', async () => {
  const url = await databaseForTest();
  await using setup = connectDb(url);
  await sql`do $$ begin execute format('alter database %I set timezone to %L', current_database(), 'Asia/Tokyo'); end $$`.execute(
    setup,
  );
  await using db = connectDb(url);
  const today = Math.floor(Date.now() / 86_400_000) * 86_400_000;
  const at = (day: number, time: string) =>
    new Date(`${new Date(today - day * 86_400_000).toISOString().slice(0, 10)}T${time}`);
  const day = (n: number) => new Date(today - n * 86_400_000).toISOString().slice(0, 10);
  const daysSince = (moment: Date) => (Date.now() - moment.getTime()) / 86_400_000;
  // In Tokyo 14:59 and 15:01 are two days, in UTC one; 23:59:59 and 00:00:30 are two days of UTC.
  for (const [user_id, moment, selected_id] of [
    ['ada', at(9, '14:59:00Z'), 'h1'],
    ['ada', at(9, '15:01:00Z'), 'h2'],
    ['bob', at(10, '23:59:59Z'), null],
    ['bob', at(9, '00:00:30Z'), undefined],
  ] as const)
    await show(db, { user_id, days: daysSince(moment), ...(selected_id !== undefined && { selected_id }) });
  const rows = await loadLearningMetrics(db, tenant_id, 'day', daysAgo(30));
  const cells = rows.map((row) => [
    row.key,
    row.interactions,
    row.users,
    row.answers,
    row.selection_rate,
    row.return_rate,
  ]);
  expect(cells).toEqual([
    [day(10), 1, 1, 1, 0, 1],
    // Both are of a first day of this key; nobody came back.
    [day(9), 3, 2, 2, 1, 0],
  ]);
});

test('a model that ranked and one that was called both count, and what nobody answered has no rates', async () => {
  await using db = connectDb(await databaseForTest());
  const key = await show(db, { user_id: 'ada', days: 2 });
  await show(db, { user_id: 'bob', days: 2 });
  await db
    .updateTable('interactions')
    .set({ llm_id: 'talks' })
    .where('interaction_id', '=', key.interaction_id)
    .execute();
  const none = {
    answers: 0,
    selection_rate: null,
    first_place_rate: null,
    override_rate: null,
    satisfaction: null,
  };
  const rest = { ...none, feedback: 0, return_rate: null, auto_advance_rate: 0 };
  expect(await loadLearningMetrics(db, tenant_id, 'model', daysAgo(30))).toEqual([
    { key: 'shipped', interactions: 2, users: 2, ...rest },
    { key: 'talks', interactions: 1, users: 1, ...rest },
  ]);
});

test('opinions count from the same moment as interactions, each for what it is about', async () => {
  await using db = connectDb(await databaseForTest());
  const since = daysAgo(5);
  const old = await show(db, { user_id: 'ada', days: 6 });
  const now = await show(db, { user_id: 'ada', days: 4, ranker_id: 'other' });
  const give = ({ input_text: _, ...key }: typeof old, given_at: Date, type = 'thumbs_up') =>
    db
      .insertInto('feedback')
      .values({ ...key, event_id: newId(), type, value: 'null', given_at })
      .execute();
  await give(old, daysAgo(4));
  await give(now, new Date(since.getTime() - 1));
  await give(now, since, 'thumbs_down');
  await give({ ...now, tenant_id: 'other' }, daysAgo(1));
  expect(await loadLearningMetrics(db, tenant_id, 'model', since)).toMatchObject([
    { key: 'other', feedback: 1, satisfaction: 0 },
  ]);
});
