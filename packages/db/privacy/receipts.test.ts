import { createHash, createHmac } from 'node:crypto';
import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { insertFeedback } from '../users/feedback.ts';
import { finishErasure, keyOldReceipts, requestErasure } from './erasures.ts';
import { deleteUserRows, vacuum } from './user-data.ts';

const ada = { tenant_id: 'default', user_id: 'ada' };
const receipt = { rows: {}, training_log_records: 0, dataset_samples: {}, models: [] };
const plainHash = createHash('sha256').update('default:ada').digest();

/** As RFC 2104 has it, from the key that the database keeps. */
async function keyedHash(db: Db): Promise<Buffer> {
  const { rows } = await sql<{ inner_pad: Buffer }>`select inner_pad from erasure_key`.execute(db);
  expect(rows).toHaveLength(1);
  const key = Buffer.from(rows[0]?.inner_pad ?? []).map((byte) => byte ^ 0x36);
  expect(key.subarray(0, 32)).not.toEqual(Buffer.alloc(32));
  return createHmac('sha256', key.subarray(0, 32)).update(plainHash).digest();
}

async function hashes(db: Db): Promise<Buffer[]> {
  const rows = await db.selectFrom('erasures').select('user_hash').orderBy('requested_at').execute();
  return rows.map(({ user_hash }) => user_hash);
}

const giveFeedback = (db: Db, since: Date) =>
  db
    .transaction()
    .execute((tx) =>
      insertFeedback(
        tx,
        { ...ada, event_id: newId(), interaction_id: newId(), type: 'comment', value: '"kanarienvogel"' },
        since,
      ),
    );

test('what stays of a user is a hash that nobody can guess without the key, which no role of an app reads', async () => {
  const url = await databaseForTest();
  await using db = connectDb(url);
  const erasure = await requestErasure(db, ada, newId());
  await finishErasure(db, erasure, receipt);
  await finishErasure(db, erasure, receipt);
  expect(await hashes(db)).toEqual([await keyedHash(db)]);
  for (const role of ['gateway', 'tenant', 'memory', 'persona', 'training_log']) {
    await using app = connectDb(url, { role: `learning_loop_${role}` });
    await expect(sql`select * from erasure_key`.execute(app), role).rejects.toThrow(/permission denied/);
  }
});

test('receipts of the version before recognize the user as well, before and after they are keyed', async () => {
  await using db = connectDb(await databaseForTest());
  const erasure = await requestErasure(db, ada, newId());
  expect(await hashes(db)).toEqual([plainHash]);
  // As that version finishes.
  await sql`update erasures set done_at = clock_timestamp(), user_id = null`.execute(db);
  const before = new Date(erasure.requested_at.getTime() - 1);
  expect(await giveFeedback(db, before)).toBe(false);
  await requestErasure(db, ada, newId());
  await keyOldReceipts(db);
  await keyOldReceipts(db);
  expect(await hashes(db)).toEqual([await keyedHash(db), plainHash]);
  await sql`delete from erasures where done_at is null`.execute(db);
  expect(await giveFeedback(db, before)).toBe(false);
  expect(await giveFeedback(db, new Date(Date.now() + 60_000))).toBe(true);
});

/** Whether any row in the table's file, deleted or not, holds the word. */
async function isInFile(db: Db, table: string, word: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select coalesce(bool_or(position(${word}::text::bytea in t_data) > 0), false) as found
    from generate_series(0, pg_relation_size(${table}::text::regclass) / 8192 - 1) as page,
      heap_page_items(get_raw_page(${table}, page::int)) where t_data is not null`.execute(db);
  return rows[0]?.found ?? false;
}

test('a deleted row is in the file of its table until it is vacuumed', async () => {
  await using db = connectDb(await databaseForTest());
  await sql`create extension pageinspect`.execute(db);
  await giveFeedback(db, new Date());
  await deleteUserRows(db, ada);
  expect(await isInFile(db, 'feedback', 'kanarienvogel')).toBe(true);
  await vacuum(db, ['feedback']);
  expect(await isInFile(db, 'feedback', 'kanarienvogel')).toBe(false);
});
