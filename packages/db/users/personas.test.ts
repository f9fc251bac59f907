import { minUuidAt } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import {
  facets,
  shownAt,
  type Twin,
  twins,
  updateOf,
  user_id,
} from '@learning-loop/testing/database/tenant-rows';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { listRecentFeedback } from './feedback.ts';
import {
  findPersona,
  findPersonas,
  findPersonaUpdate,
  lockPersonas,
  rewriteUpdates,
  savePersonas,
  updatesSince,
} from './personas.ts';

const [acme, acme2] = twins;
const userOf = ({ tenant_id }: Twin, user = user_id) => ({ tenant_id, user_id: user });
const formal = (value: number) => ({ ...facets, formal: value });

async function openDb(): Promise<Db> {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  return db;
}

test('a missing persona is created with the initial facets, and one that exists stays as it is', async () => {
  const db = await openDb();
  const lock = (initial: typeof facets, ...users: ReturnType<typeof userOf>[]) =>
    db.transaction().execute((tx) => lockPersonas(tx, users, initial));
  expect(await lock(formal(0.9), userOf(acme))).toMatchObject([
    { ...userOf(acme), facets: formal(0.9), interaction_count: 0, moved_at: null },
  ]);
  const moved = { ...userOf(acme), facets: formal(0.2), interaction_count: 7, moved_at: shownAt };
  await db.transaction().execute((tx) => savePersonas(tx, [moved], []));
  const locked = await lock(facets, userOf(acme), userOf(acme2), userOf(acme));
  expect(locked.toSorted((a, b) => (a.tenant_id < b.tenant_id ? -1 : 1))).toMatchObject([
    moved,
    { ...userOf(acme2), facets, interaction_count: 0 },
  ]);
  expect(await findPersonas(db, [userOf(acme2, 'nobody'), userOf(acme2)])).toMatchObject([
    { tenant_id: 'acme2' },
  ]);
  expect(await findPersona(db, 'acme', user_id)).toMatchObject(moved);
  expect(await findPersona(db, 'acme', 'nobody')).toBeUndefined();
});

test('a batch holds the personas that it changes: another one waits for it, and for no other user', async () => {
  const db = await openDb();
  await db.transaction().execute((tx) => lockPersonas(tx, [userOf(acme), userOf(acme2)], facets));
  await db.transaction().execute(async (tx) => {
    await lockPersonas(tx, [userOf(acme)], facets);
    const beside = (twin: Twin) =>
      db.transaction().execute(async (other) => {
        await sql`set local lock_timeout = '50ms'`.execute(other);
        return await lockPersonas(other, [userOf(twin)], facets);
      });
    await expect(beside(acme)).rejects.toThrow(/lock timeout/u);
    expect(await beside(acme2)).toHaveLength(1);
  });
});

/** An update at `ms` after `shownAt`, whose event has its id from another clock, `idMs` after it. */
const updateAt = (twin: Twin, ms: number, idMs = ms, user = user_id) => ({
  ...updateOf(twin),
  user_id: user,
  event_id: minUuidAt(new Date(shownAt.getTime() + idMs)).replace(/0$/u, twin.digit),
  occurred_at: new Date(shownAt.getTime() + ms).toISOString(),
});

async function save(db: Db, updates: ReturnType<typeof updateAt>[]): Promise<void> {
  await db.transaction().execute((tx) => savePersonas(tx, [], updates));
}

test('the updates since a moment are those at it and after it, oldest first, with a minute for wrong clocks', async () => {
  const db = await openDb();
  const minute = 60_000;
  await save(db, [
    updateAt(acme, 2_000),
    updateAt(acme, 3_000, 1_500),
    updateAt(acme, -1, 500),
    updateAt(acme, 0, -minute),
    updateAt(acme, 1_000, -minute - 1),
    updateAt(acme, 1_000, 1_000),
    updateAt(acme, 1_000, 900),
    updateAt(acme, 1_000, 1_000, 'bob'),
    updateAt(acme2, 1_500),
  ]);
  const since = async (...users: [Twin, number][]) => {
    const asked = users.map(([twin, ms]) => ({
      ...userOf(twin),
      occurred_at: new Date(shownAt.getTime() + ms).toISOString(),
    }));
    const found = await db.transaction().execute((tx) => updatesSince(tx, asked));
    return found.map((one) => [one.tenant_id, one.occurred_at.getTime() - shownAt.getTime(), one.event_id]);
  };
  const eventAt = (twin: Twin, idMs: number) => updateAt(twin, 0, idMs).event_id;
  expect(await since([acme, 0])).toEqual([
    ['acme', 0, eventAt(acme, -minute)],
    ['acme', 1_000, eventAt(acme, 900)],
    ['acme', 1_000, eventAt(acme, 1_000)],
    ['acme', 2_000, eventAt(acme, 2_000)],
    ['acme', 3_000, eventAt(acme, 1_500)],
  ]);
  expect(await since([acme, 1_001], [acme2, 1_500])).toEqual([
    ['acme2', 1_500, eventAt(acme2, 1_500)],
    ['acme', 2_000, eventAt(acme, 2_000)],
    ['acme', 3_000, eventAt(acme, 1_500)],
  ]);
});

test('a late event corrects the facets of the updates that are named, and nothing else of them', async () => {
  const db = await openDb();
  const [first, second, foreign] = [updateAt(acme, 1), updateAt(acme, 2), updateAt(acme2, 1)];
  await save(db, [first, second, foreign]);
  const corrected = { ...first, old_facets: formal(0.1), new_facets: formal(0.2), reason: 'not written' };
  await db.transaction().execute((tx) => rewriteUpdates(tx, [corrected]));
  const rows = await db
    .selectFrom('persona_updates')
    .selectAll()
    .orderBy('tenant_id')
    .orderBy('event_id')
    .execute();
  const asRow = (update: typeof first) => ({ ...update, occurred_at: new Date(update.occurred_at) });
  expect(rows).toEqual([
    { ...asRow(first), old_facets: formal(0.1), new_facets: formal(0.2) },
    asRow(second),
    asRow(foreign),
  ]);
  const { tenant_id, user_id: user, event_id } = second;
  const find = (said: object) => findPersonaUpdate(db, { tenant_id, user_id: user, event_id, ...said });
  expect(await find({})).toEqual(asRow(second));
  for (const said of [{ tenant_id: 'acme2' }, { user_id: 'bob' }, { event_id: foreign.event_id }])
    expect(await find(said), JSON.stringify(said)).toBeUndefined();
});

test('the newest opinions of each user are listed, newest first, with the value of a rating', async () => {
  const db = await openDb();
  const give = (twin: Twin, user: string, ms: number, value: number | null = null) =>
    db
      .insertInto('feedback')
      .values({
        ...{ ...userOf(twin, user), event_id: minUuidAt(new Date(ms * 1e6 + Number(twin.digit))) },
        ...{ interaction_id: minUuidAt(new Date(0)), type: value === null ? 'thumbs_up' : 'rating' },
        ...{ value: JSON.stringify(value), given_at: new Date(shownAt.getTime() + ms) },
      })
      .execute();
  for (const [n, ms] of [1, 4, 2].entries()) await give(acme, 'ada', ms, n);
  await give(acme, 'bob', 3);
  await give(acme, 'eve', 9);
  await give(acme2, 'ada', 5, 5);
  const users = [userOf(acme), userOf(acme), userOf(acme, 'bob')];
  expect(await db.transaction().execute((tx) => listRecentFeedback(tx, users, 2))).toEqual([
    { ...userOf(acme), type: 'rating', value: 1 },
    { ...userOf(acme, 'bob'), type: 'thumbs_up', value: null },
    { ...userOf(acme), type: 'rating', value: 2 },
  ]);
});
