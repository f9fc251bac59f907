import type { HypothesisSelected } from '@learning-loop/events/event';
import { minUuidAt } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { insertSelections } from './selections.ts';
import { listTenantSelections } from './tenant-selections.ts';

const start = Date.parse('2026-10-01T00:00:00Z');
const hour = 3_600_000;

async function openDb(): Promise<Db> {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  return db;
}

/** One selection an hour, by these users in turn. */
async function insertHourly(db: Db, users: string[], tenant_id = 'default'): Promise<void> {
  const events = users.map((user_id, i): HypothesisSelected => {
    const at = new Date(start + i * hour);
    return selection({
      ...{ tenant_id, user_id, occurred_at: at.toISOString(), interaction_id: minUuidAt(at) },
      input_text: `${user_id} ${i}`,
    });
  });
  const answer = {
    enriched_prompt: '',
    tokens_estimate: 0,
    context_breakdown: { goal: 0, pref: 0, history: 0 },
  };
  await insertSelections(
    db,
    events.map((event) => ({ event, answer, shown_at: new Date(event.occurred_at) })),
  );
}

const limits = { window: 100, perUser: 100, total: 100, youngSince: new Date(start) };

test('the newest selections of each user are listed, newest first, however many one user made', async () => {
  const db = await openDb();
  await insertHourly(db, ['ada', 'ben', ...Array.from({ length: 30 }, () => 'flooder'), 'cleo']);
  const listed = await listTenantSelections(db, 'default', { ...limits, perUser: 2 });
  expect(listed.map(({ input_text }) => input_text)).toEqual([
    'cleo 32',
    'flooder 31',
    'flooder 30',
    'ben 1',
    'ada 0',
  ]);
  expect(listed[0]?.shown[0]).toMatchObject({ chosen: true, raw_confidence: 0.8 });
  const fewer = await listTenantSelections(db, 'default', { ...limits, perUser: 2, total: 3 });
  expect(fewer.map(({ user_id }) => user_id)).toEqual(['cleo', 'flooder', 'flooder']);
});

test('a user is young whose first selection is newer, even if that one is not listed', async () => {
  const db = await openDb();
  await insertHourly(db, ['ada', 'ben', 'ada', 'ben']);
  const since = (i: number) => new Date(start + i * hour - 1);
  const youngAt = async (i: number, window = 100) =>
    (await listTenantSelections(db, 'default', { ...limits, window, youngSince: since(i) })).map(
      ({ user_id, young }) => `${user_id} ${young}`,
    );
  expect(await youngAt(1)).toEqual(['ben true', 'ada false', 'ben true', 'ada false']);
  expect(await youngAt(2, 2)).toEqual(['ben false', 'ada false']);
  const bound = { ...limits, window: 1, youngSince: new Date(start + hour) };
  expect(await listTenantSelections(db, 'default', bound), 'as old as the bound').toMatchObject([
    { user_id: 'ben', young: false },
  ]);
});

test('a namesake in another tenant makes nobody old', async () => {
  const db = await openDb();
  await insertHourly(db, ['ada'], 'acme');
  await insertHourly(db, ['ben', 'ada']);
  const youngSince = new Date(start + hour - 1);
  const listed = await listTenantSelections(db, 'default', { ...limits, youngSince });
  expect(listed.map(({ user_id, young }) => [user_id, young])).toEqual([
    ['ada', true],
    ['ben', false],
  ]);
});
