import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { endWithProcess } from '@learning-loop/testing/end-with-process';
import { sql } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { withAdvisoryLock } from '../transactions.ts';
import { setTrainingOptOut } from '../users/settings.ts';

const ada = { tenant_id: 'default', user_id: 'ada' };

const holderScript = fileURLToPath(new URL('../testing/hold-lock.ts', import.meta.url));

/** A process that holds a lock. `says` resolves with its next line. */
async function startHolder(url: string, kind: 'row' | 'lock') {
  const child: ChildProcess = spawn(process.execPath, [holderScript, url, kind], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  endWithProcess(child);
  const lines = on(createInterface({ input: child.stdout ?? process.stdin }), 'line');
  const says = async (): Promise<string> => (await lines.next()).value?.[0];
  expect(await says()).toBe('held');
  return { says, child, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

function connect(url: string): Db {
  const db = connectDb(url);
  onTestFinished(() => db.destroy());
  return db;
}

/** More than the time between two signs of life. */
const frozenMs = 2_500;
const withLimit = (url: string) => `${url}?idle_in_transaction_session_timeout=${frozenMs}`;

test.concurrent('a lock in a transaction of a frozen process passes on, and the process learns it and works again', {
  timeout: 40_000,
}, async ({ expect }) => {
  const url = await databaseForTest();
  await using db = connectDb(url);
  await setTrainingOptOut(db, ada, false);
  using holder = await startHolder(withLimit(url), 'row');
  const { child, says } = holder;
  // As long as a process lives, it may wait in a transaction: for a model, or a slow disk.
  await setTimeout(frozenMs + 1_000);
  const held = sql`select from user_settings for update nowait`.execute(db);
  await expect(held).rejects.toThrow('could not obtain lock');
  child.kill('SIGSTOP');
  const frozen = performance.now();
  await sql`select from user_settings for update`.execute(db);
  expect(performance.now() - frozen).toBeLessThan(frozenMs + 3_000);
  child.kill('SIGCONT');
  expect(await says()).toMatch(/^lost: /u);
  expect(await says()).toBe('works: 1');
  expect((await once(child, 'exit'))[0]).toBe(0);
  const { rows } = await sql`select training_opt_out from user_settings`.execute(db);
  expect(rows).toEqual([{ training_opt_out: false }]);
});

test.concurrent('an advisory lock of a living process stays, one of a frozen process passes on', {
  timeout: 60_000,
}, async ({ expect }) => {
  const url = await databaseForTest();
  await using db = connectDb(url);
  using holder = await startHolder(url, 'lock');
  const { child, says } = holder;
  const take = () => withAdvisoryLock(db, 'held', async () => 'taken');
  await setTimeout(3_500);
  expect(await take()).toBeUndefined();
  child.kill('SIGSTOP');
  const frozen = performance.now();
  await vi.waitFor(async () => expect(await take()).toBe('taken'), { timeout: 20_000, interval: 200 });
  expect(performance.now() - frozen).toBeLessThan(4_000);
  child.kill('SIGCONT');
  expect(await says()).toMatch(/^lost: /u);
  expect(await says()).toBe('works: 1');
});

test.concurrent('a connection whose client reads nothing is given up with its transaction', {
  timeout: 40_000,
}, async ({ expect }) => {
  const url = await databaseForTest();
  await using db = connectDb(url);
  await setTrainingOptOut(db, ada, false);
  const options = encodeURIComponent('-c tcp_user_timeout=2000');
  // pg's own client, whose socket can be stopped, with the startup options of ours.
  await using probing = connectDb(`${url}?options=${options}`, { name: 'asks for the limits' });
  const { rows } = await sql<{ ms: string }>`select current_setting('tcp_user_timeout') as ms`.execute(
    probing,
  );
  expect(rows).toEqual([{ ms: '2000' }]);
  const client = new pg.Client({ connectionString: url, options: '-c tcp_user_timeout=2000' });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin');
  await client.query('select from user_settings for update');
  client.query("select repeat('x', 1000) from generate_series(1, 100000)").catch(() => undefined);
  Reflect.get(client, 'connection').stream.pause();
  const stopped = performance.now();
  await sql`select from user_settings for update`.execute(db);
  expect(performance.now() - stopped).toBeLessThan(8_000);
});

const settings = sql<{ name: string; setting: string }>`
  select name, setting from pg_settings where name in ('idle_in_transaction_session_timeout', 'lock_timeout',
    'statement_timeout', 'tcp_user_timeout', 'tcp_keepalives_idle', 'tcp_keepalives_interval',
    'tcp_keepalives_count', 'idle_session_timeout') order by name`;

const read = async (db: Db) =>
  Object.fromEntries((await settings.execute(db)).rows.map(({ name, setting }) => [name, Number(setting)]));

const defaults = {
  idle_in_transaction_session_timeout: 6_000,
  idle_session_timeout: 0,
  lock_timeout: 10_000,
  statement_timeout: 60_000,
  tcp_keepalives_count: 3,
  tcp_keepalives_idle: 3,
  tcp_keepalives_interval: 2,
  tcp_user_timeout: 8_000,
};

test('every session has its limits, and a URL may set others', async () => {
  const url = await databaseForTest();
  expect(await read(connect(url))).toEqual(defaults);
  const own = '?statement_timeout=5000&options=-c%20lock_timeout%3D700';
  const others = { statement_timeout: 5_000, lock_timeout: 700 };
  expect(await read(connect(`${url}${own}`))).toEqual({ ...defaults, ...others });
});

test('while a process holds an advisory lock, its session may change the schema for hours, and not afterwards', async () => {
  const url = await databaseForTest();
  await using db = connectDb(url, { max: 1 });
  const within = await withAdvisoryLock(db, 'schema', (connection) => read(connection));
  const unlimited = { statement_timeout: 0, lock_timeout: 0, idle_session_timeout: 6_000 };
  expect(within).toEqual({ ...defaults, ...unlimited });
  expect(await read(db)).toEqual(defaults);
});

test('who waits for a lock for long is told so', async () => {
  const url = await databaseForTest();
  const db = connect(url);
  await setTrainingOptOut(db, ada, false);
  await using waiting = connectDb(`${url}?lock_timeout=300`);
  await db.transaction().execute(async (tx) => {
    await sql`select from user_settings for update`.execute(tx);
    await expect(setTrainingOptOut(waiting, ada, true)).rejects.toThrow('lock timeout');
  });
});
