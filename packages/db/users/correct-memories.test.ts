import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { memoryOf, type Twin, twins, user_id } from '@learning-loop/testing/database/tenant-rows';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { type Correction, correctMemory, forgetMemory } from './correct-memories.ts';
import { lockUserSlots, type NewMemory, supersedeOlder, upsertMemories } from './upsert-memories.ts';

const [acme] = twins;
const id = (n: number) => `01a00000-0000-7000-8000-00000000000${n}`;
const keyOf = (n: number) => ({ tenant_id: acme.tenant_id, user_id, memory_id: id(n) });
const day = (n: number) => new Date(Date.UTC(2026, 0, n));

const memory = (n: number, content: string, said: Partial<NewMemory> = {}, twin: Twin = acme): NewMemory => ({
  ...memoryOf(twin, 'preference', id(n)),
  ...{ content, content_key: content, tags: [content], slot: null, seen_at: day(n).toISOString() },
  ...{ confidence: 0.5, interaction_id: id(n) },
  ...said,
});

async function databaseWith(...memories: NewMemory[]): Promise<Db> {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  await learn(db, ...memories);
  return db;
}

const learn = (db: Db, ...memories: NewMemory[]) =>
  db.transaction().execute(async (tx) => {
    await upsertMemories(tx, memories);
    await supersedeOlder(tx, memories);
  });

const correct = (db: Db, n: number, correction: Correction) => correctMemory(db, keyOf(n), correction);
const words = (content: string) => ({ content: { content, content_key: content } });

/** Content, status, slot, tags and confidence by key. */
async function state(db: Db) {
  const rows = await db.selectFrom('memories').selectAll().execute();
  return Object.fromEntries(
    rows.map(({ content_key, content, status, slot, tags, confidence, corrected }) => [
      content_key,
      [content, status, slot, tags, confidence, corrected],
    ]),
  );
}

test('a correction replaces the words, is certain, and leaves a tombstone of the old ones without any', async () => {
  const db = await databaseWith(memory(1, 'Djangoo', { slot: 'framework' }));
  expect(await correct(db, 1, words('Django'))).toBe(true);
  const corrected = ['Django', 'active', 'framework', ['Djangoo'], 1, true];
  expect(await state(db)).toEqual({ Django: corrected, Djangoo: ['', 'forgotten', null, [], 0, false] });
  // Neither what was wrong nor doubt comes back with the same mistake.
  await learn(db, memory(2, 'Djangoo', { slot: 'framework' }), memory(3, 'Django', { slot: 'framework' }));
  const { Django, Djangoo } = await state(db);
  expect(Django).toEqual(corrected);
  expect(Djangoo?.slice(0, 4)).toEqual(['', 'forgotten', null, []]);
});

test('other words of the same key leave no tombstone, and a slot changes only if it is said', async () => {
  const db = await databaseWith(memory(1, 'docker', { slot: 'tool' }));
  const content = { content: 'Docker', content_key: 'docker' };
  expect(await correct(db, 1, { content })).toBe(true);
  expect(await state(db)).toEqual({ docker: ['Docker', 'active', 'tool', ['docker'], 1, true] });
  expect(await correct(db, 1, { content: { ...content, slot: null } })).toBe(true);
  expect(await state(db)).toEqual({ docker: ['Docker', 'active', null, ['docker'], 1, true] });
  expect(await correct(db, 1, { status: 'superseded' })).toBe(true);
  expect(await state(db)).toEqual({ docker: ['Docker', 'superseded', null, ['docker'], 1, true] });
});

test('what is forgotten cannot be corrected; its words, tags, slot and sources are gone, those of others stay', async () => {
  const db = await databaseWith(
    memory(1, 'Perl', { slot: 'language' }),
    memory(2, 'Ruby', { slot: null }),
    memory(1, 'Perl', {}, twins[1]),
  );
  expect(await forgetMemory(db, keyOf(1))).toBe(true);
  expect(await correct(db, 1, words('Raku'))).toBe(false);
  expect(await correct(db, 1, { status: 'active' })).toBe(false);
  const rows = await db
    .selectFrom('memories')
    .selectAll()
    .where('memory_id', '=', id(1))
    .orderBy('tenant_id')
    .execute();
  expect(rows.map(({ content, status, slot, tags }) => [content, status, slot, tags])).toEqual([
    ['', 'forgotten', null, []],
    ['Perl', 'active', null, ['Perl']],
  ]);
  const sources = await db
    .selectFrom('memory_sources')
    .select(['tenant_id', 'memory_id'])
    .orderBy('tenant_id')
    .execute();
  expect(sources).toEqual([
    { tenant_id: 'acme', memory_id: id(2) },
    { tenant_id: 'acme2', memory_id: id(1) },
  ]);
});

test('a correction makes room in its slot, whichever of the others is newer', async () => {
  const inSlot = { slot: 'framework' };
  const db = await databaseWith(memory(1, 'Flask', inSlot), memory(2, 'Django', inSlot));
  expect(await correct(db, 1, { status: 'active' })).toBe(true);
  const statuses = async () =>
    Object.fromEntries(Object.entries(await state(db)).map(([name, [, status]]) => [name, status]));
  expect(await statuses()).toEqual({ Flask: 'active', Django: 'superseded' });
  // Switched off again, it leaves the slot to the newest that was learned.
  expect(await correct(db, 1, { status: 'superseded' })).toBe(true);
  expect(await statuses()).toEqual({ Flask: 'superseded', Django: 'active' });
});

test('a goal has no opposite: one that is corrected supersedes no preference', async () => {
  const db = await databaseWith(
    memory(1, 'ship it', { type: 'goal' }),
    memory(2, '!ship it'),
    memory(3, '!run'),
  );
  expect(await correct(db, 1, words('ship it'))).toBe(true);
  expect(await correct(db, 3, { status: 'superseded' })).toBe(true);
  const { '!ship it': dislike, '!run': off } = await state(db);
  expect([dislike?.[1], off?.[1]]).toEqual(['active', 'superseded']);
});

test('of two corrections at once the second is one of what the first has made', async () => {
  const db = await databaseWith(memory(1, 'Perll'));
  const [corrected, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = db.transaction().execute(async (tx) => {
    await correctMemory(tx, keyOf(1), words('Perl'));
    corrected.resolve();
    await released.promise;
  });
  await corrected.promise;
  const second = correct(db, 1, words('Raku'));
  const isBlocked = async () =>
    (
      await sql`select from pg_stat_activity
        where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`.execute(db)
    ).rows.length;
  await expect.poll(isBlocked, { interval: 5, timeout: 10_000 }).toBe(1);
  released.resolve();
  await first;
  expect(await second).toBe(true);
  const statuses = Object.entries(await state(db)).map(([name, [content, status]]) => [
    name,
    content,
    status,
  ]);
  expect(statuses.toSorted()).toEqual([
    ['Perl', '', 'forgotten'],
    ['Perll', '', 'forgotten'],
    ['Raku', 'Raku', 'active'],
  ]);
});

test('a liking that the user switches on again supersedes the dislike that was confirmed; one switched off does not', async () => {
  const db = await databaseWith(
    memory(1, 'Docker'),
    memory(2, '!Docker'),
    memory(3, 'Podman'),
    memory(4, '!Podman'),
  );
  const statuses = async () =>
    (await db.selectFrom('memories').select('status').orderBy('memory_id').execute()).map(
      (one) => one.status,
    );
  for (const n of [2, 4]) await correct(db, n, { status: 'active' });
  expect(await statuses()).toEqual(['superseded', 'active', 'superseded', 'active']);
  await correct(db, 1, { status: 'active' });
  await correct(db, 3, { status: 'superseded' });
  expect(await statuses()).toEqual(['active', 'superseded', 'superseded', 'active']);
  await correct(db, 2, words('!Docker'));
  expect(await statuses(), 'other words switch nothing on').toEqual([
    'active',
    'superseded',
    'superseded',
    'active',
  ]);
});

test('batches that learn preferences of one user follow each other; those of others, and goals, do not wait', async () => {
  const db = await databaseWith();
  await db.transaction().execute(async (tx) => {
    await lockUserSlots(tx, [memory(1, 'Perl'), memory(2, 'ship', { type: 'goal', user_id: 'bob' })]);
    const beside = (memories: NewMemory[]) =>
      db.transaction().execute(async (other) => {
        await sql`set local lock_timeout = '50ms'`.execute(other);
        await lockUserSlots(other, memories);
        return 'went on';
      });
    await expect(beside([memory(3, 'Ruby', { user_id: 'bob' }), memory(4, 'Ruby')])).rejects.toThrow(
      /lock timeout/u,
    );
    const free = [
      memory(3, 'Ruby', { user_id: 'bob' }),
      memory(4, 'Perl', {}, twins[1]),
      memory(5, 'x', { type: 'goal' }),
    ];
    expect(await beside(free)).toBe('went on');
  });
});

test('memories of one key are merged: surer up to 0.99, from the first day to the last, in the earliest words', async () => {
  const said = (n: number, content: string, confidence: number) =>
    memory(n, content, { type: 'history', content_key: 'key', confidence });
  const db = await databaseWith(said(3, 'third', 0.2), said(2, 'second', 0.5));
  const read = async () =>
    (await db.selectFrom('memories').selectAll().execute()).map((one) => [
      ...[one.content, one.count, Number(one.confidence.toFixed(6))],
      ...[one.first_seen, one.last_seen],
    ]);
  expect(await read()).toEqual([['second', 2, 0.6, day(2), day(3)]]);
  await learn(db, said(4, 'fourth', 0.5));
  expect(await read()).toEqual([['second', 3, 0.8, day(2), day(4)]]);
  await learn(db, said(1, 'first', 0.96));
  expect(await read()).toEqual([['first', 4, 0.99, day(1), day(4)]]);
  // Alone it is as sure as it was said.
  await learn(db, memory(5, 'sure', { type: 'history', confidence: 1 }));
  await learn(db, said(6, 'x', 1), said(7, 'y', 1));
  const sure = await db.selectFrom('memories').select('confidence').orderBy('content_key').execute();
  expect(sure).toEqual([{ confidence: 0.99 }, { confidence: 1 }]);
});
