import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import pg from 'pg';
import { expect, inject } from 'vitest';

/** The URL of a fresh, migrated database, named after the test file. It goes with the run, unless that failed. */
export async function databaseForTest(): Promise<string> {
  const url = inject('postgresUrl');
  const file = basename(expect.getState().testPath ?? 'test').replaceAll(/\W/g, '_');
  const name = `${file.slice(0, 40)}_${randomBytes(4).toString('hex')}`;
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(`create database "${name}" template template_migrated`);
  } finally {
    await client.end();
  }
  return new URL(`/${name}`, url).href;
}
