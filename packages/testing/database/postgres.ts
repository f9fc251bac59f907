import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import pg from 'pg';
import { expect, inject } from 'vitest';
import { createdDatabases } from './created.ts';

/** The URL of a fresh, migrated database, named after the test file. It is dropped with the file, unless that failed. */
export const databaseForTest = (): Promise<string> => createDatabase('template_migrated');

/** The same without any table. */
export const emptyDatabaseForTest = (): Promise<string> => createDatabase('template0');

async function createDatabase(template: string): Promise<string> {
  const file = basename(expect.getState().testPath ?? 'test').replaceAll(/\W/g, '_');
  const name = `${file.slice(0, 40)}_${randomBytes(4).toString('hex')}`;
  await using server = await connectToServer();
  await server.client.query(`create database "${name}" template ${template}`);
  createdDatabases.push(name);
  return new URL(`/${name}`, inject('postgresUrl')).href;
}

/** Those that somebody is still connected to stay, and go with the run. */
export async function dropDatabases(names: string[]): Promise<void> {
  await using server = await connectToServer();
  for (const name of names) await server.client.query(`drop database "${name}"`).catch(() => undefined);
}

async function connectToServer() {
  const client = new pg.Client(inject('postgresUrl'));
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}
