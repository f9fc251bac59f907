import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseForTest, emptyDatabaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { findKeys, insertKey } from './access/api-keys.ts';
import { isOutdatedPlan, PreparedClient } from './client/prepared-client.ts';
import { connectDb } from './connect.ts';
import { createMigrator, migrate } from './migrate.ts';
import { asTenant } from './transactions.ts';
import { findPersona, lockPersonas } from './users/personas.ts';

/** The newest migration of the version whose statements were recorded: of what runs while this version is rolled out. */
const previous = '0006-moves-in-order';

/** A statement as that version sent it, and the roles that it was sent under (null: the owner). */
interface Statement {
  roles: (string | null)[];
  text: string;
  values: unknown[];
}

/** What `pg.Client.query` was given while that version's own tests ran, without what only the tests asked. */
const recorded = (await readFile(join(import.meta.dirname, 'previous/statements.jsonl'), 'utf8'))
  .trim()
  .split('\n')
  .map((line): Statement => JSON.parse(line));

/** An empty database with the schema of the version before. */
async function previousDatabase(): Promise<string> {
  const old = await emptyDatabaseForTest();
  await using oldDb = connectDb(old);
  const { error } = await createMigrator(oldDb).migrateTo(previous);
  expect(error).toBeUndefined();
  return old;
}

async function clientOf(url: string): Promise<PreparedClient> {
  const client = new PreparedClient(url);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** How many rows each statement gave or changed, or with which error it failed; nothing of it stays. */
async function outcomes(client: PreparedClient): Promise<Record<string, number | string>> {
  const seen: Record<string, number | string> = {};
  await client.query('begin');
  for (const { roles, text, values } of recorded)
    for (const [place, role] of roles.entries()) {
      // What several roles do is to stay once, for what comes after it.
      const attempt = () => ask(client, { role, text, values, stays: place === roles.length - 1 });
      const outcome = await attempt();
      // The first to meet a new column does it once more, as `asTenant` and the queue do.
      seen[`${role}: ${text}`] = outcome === 'outdated' ? await attempt() : outcome;
    }
  await client.query('rollback');
  return seen;
}

async function ask(
  client: PreparedClient,
  { role, text, values, stays }: Omit<Statement, 'roles'> & { role: string | null; stays: boolean },
): Promise<number | string> {
  await client.query(`savepoint before; set local role ${role ?? 'none'}`);
  await client.query("set local learning_loop.tenant = 'default'");
  const outcome = await client.query(text, values).then(
    ({ rowCount }: { rowCount: number | null }) => rowCount ?? 0,
    (error: Error) => (isOutdatedPlan(error) ? 'outdated' : error.message),
  );
  const done = stays && typeof outcome === 'number';
  await client.query(done ? 'set local role none' : 'rollback to savepoint before');
  return outcome;
}

test('what the version before asks works on the new schema, before, during and after its migration', async () => {
  const url = await previousDatabase();
  const client = await clientOf(url);
  const before = await outcomes(client);
  expect(Object.values(before).filter((outcome) => typeof outcome === 'string')).toEqual([]);
  await using db = connectDb(url);
  const migration = migrate(db);
  for (let round = 0; round < 3; round += 1) expect(await outcomes(client)).toEqual(before);
  await migration;
  expect(await outcomes(client)).toEqual(before);
  expect(await outcomes(await clientOf(url))).toEqual(before);
});

test('a schema that took something away would be noticed', async () => {
  const client = await clientOf(await previousDatabase());
  const before = await outcomes(client);
  await client.query('alter table memories rename column slot to place');
  await client.query('revoke update on personas from learning_loop_persona');
  const after = await outcomes(client);
  const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
  expect(changed.length).toBeGreaterThan(5);
  for (const name of changed) expect(name).toMatch(/memor|persona/u);
});

test('a column that a migration adds fails no request, though its statements were prepared before', async () => {
  await using db = connectDb(await databaseForTest(), { max: 1 });
  const key = { tenant_id: 'acme', key_id: 'k', role: 'app' as const, name: 'n', expires_at: null };
  await insertKey(db, { ...key, secret_hash: Buffer.alloc(32) });
  const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };
  await db.transaction().execute((tx) => lockPersonas(tx, [{ tenant_id: 'acme', user_id: 'ada' }], facets));
  const personaOfAda = () => asTenant(db, 'acme', (tx) => findPersona(tx, 'acme', 'ada'));
  for (const column of ['before', 'first', 'second']) {
    for (const table of ['api_keys', 'personas'])
      await sql`alter table ${sql.table(table)} add column ${sql.ref(column)} text`.execute(db);
    expect(await findKeys(db, ['k'])).toMatchObject([{ name: 'n' }]);
    expect(await personaOfAda()).toMatchObject({ interaction_count: 0 });
  }
});
