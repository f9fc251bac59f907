import pg from 'pg';
import { expect, it } from 'vitest';
import { databaseForTest } from './postgres.ts';

it('gives each caller a migrated database of its own', async () => {
  const [one, two] = await Promise.all([databaseForTest(), databaseForTest()]);
  await query(one, 'create table mine (id int)');
  expect(await tables(one)).toEqual(expect.arrayContaining(['mine', 'outbox']));
  expect(await tables(two)).toContain('outbox');
  expect(await tables(two)).not.toContain('mine');
});

async function tables(url: string): Promise<unknown[]> {
  const rows = await query(url, "select tablename from pg_tables where schemaname = 'public'");
  return rows.map((row) => row.tablename);
}

async function query(url: string, text: string): Promise<{ tablename?: string }[]> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}
