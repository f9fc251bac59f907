import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import pg from 'pg';
import { expect, inject } from 'vitest';

/** The URL of a fresh, migrated database, named after the test file. It goes with the run, unless that failed. */
export const databaseForTest = (): Promise<string> => newDatabase('template_migrated');

/** The same without any table. */
export const emptyDatabaseForTest = (): Promise<string> => newDatabase('template0');

async function newDatabase(template: string): Promise<string> {
  const url = inject('postgresUrl');
  const file = basename(expect.getState().testPath ?? 'test').replaceAll(/\W/g, '_');
  const name = `${file.slice(0, 40)}_${randomBytes(4).toString('hex')}`;
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(`create database "${name}" template ${template}`);
  } finally {
    await client.end();
  }
  return new URL(`/${name}`, url).href;
}
