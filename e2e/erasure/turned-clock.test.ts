import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { connectDb } from '@learning-loop/db/connect';
import { uuidTimestamp } from '@learning-loop/events/ids';
import { modelServer, sendJson } from '@learning-loop/llm/testing/model-server';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { readTrainingLog } from '@learning-loop/training-log/read';
import { collect } from '@learning-loop/training-log/testing/collect';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { keysCommand } from 'gateway/auth/keys-cli';
import pg from 'pg';
import { launch, startServer } from 'standalone/launch';
import { expect, onTestFinished, test } from 'vitest';
import { searchPostgres } from './search.ts';

const day = 24 * 60 * 60 * 1_000;
const turn = (shiftMs: number) => ({
  NODE_OPTIONS: `--import ${pathToFileURL(path.join(import.meta.dirname, 'turn-clock.ts')).href}`,
  CLOCK_SHIFT_MS: String(shiftMs),
});
const word = 'kanarienvogel';

async function clientOf(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Every moment that is stored, by its column; of ids, the moment that they sort by. */
async function storedTimes(client: pg.Client): Promise<{ at: Date; where: string }[]> {
  const { rows: columns } = await client.query<{ name: string; column: string; type: string }>(`
    select table_name as name, column_name as column, data_type as type from information_schema.columns
    join pg_class on relname = table_name and relnamespace = 'public'::regnamespace and not relispartition
    where table_schema = 'public' and (data_type = 'timestamp with time zone'
      or (table_name, column_name) in (('interactions', 'interaction_id'), ('selections', 'event_id'),
        ('persona_updates', 'event_id'), ('memories', 'memory_id'), ('feedback', 'event_id')))`);
  const found = [];
  for (const { name, column, type } of columns) {
    const { rows } = await client.query<{ value: Date | string }>(
      `select "${column}" as value from ${name} where "${column}" is not null and ($1 or true)`,
      [true],
    );
    for (const { value } of rows) {
      const at = value instanceof Date ? value : uuidTimestamp(value);
      found.push({ at, where: `${name}.${column} (${type})` });
    }
  }
  return found;
}

async function vacuumed(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ relname: string }>(
    'select relname from pg_stat_user_tables where vacuum_count > 0',
  );
  return rows.map(({ relname }) => relname);
}

async function databaseTime(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now');
  return rows[0]?.now.getTime() ?? 0;
}

test('processes whose clocks are a day ahead and a day behind: PostgreSQL’s decides, and erased words stay erased', {
  timeout: 120_000,
}, async () => {
  const databaseUrl = await databaseForTest();
  const client = await clientOf(databaseUrl);
  await using db = connectDb(databaseUrl);
  const created = await keysCommand(db, ['create', '--role', 'admin', '--days', '0.5']);
  const headers = { authorization: `Bearer ${created}`, 'content-type': 'application/json' };
  const start = await databaseTime(client);

  const held: ServerResponse[] = [];
  let holding = false;
  await using model = await modelServer((response) => {
    if (holding) held.push(response);
    else sendJson(response, 500, {});
  });
  const directory = await temporaryDirectory();
  const behind = await startServer(directory, { DATABASE_URL: databaseUrl, ...turn(-day) });
  onTestFinished(() => behind.kill());
  const process = launch('gateway', directory, {
    ...{ DATABASE_URL: databaseUrl, REDIS_URL: '', PORT: '0', HOST: '127.0.0.1', ...turn(day) },
    ...{ SLM_IMPL: 'vllm', VLLM_BASE_URL: model.url, VLLM_MODEL_NAME: 'small', LLM_TIMEOUT_MS: '60000' },
  });
  onTestFinished(() => process.kill());
  const ahead = await process.waitForLine(/"url":"(http:[^"]+)"/);
  const call = async (url: string, method: string, address: string, body?: object) => {
    const response = await fetch(url + address, {
      ...{ method, headers: method === 'POST' ? headers : { authorization: headers.authorization } },
      body: body ? JSON.stringify(body) : null,
    });
    // biome-ignore lint/suspicious/noExplicitAny: answers of several routes
    return { status: response.status, body: (await response.json()) as any };
  };
  const learn = async (url: string, user_id: string, input_text: string) => {
    const asked = { user_id, input_text };
    const shown = await call(url, 'POST', '/v1/hypothesize', asked);
    expect(shown.status, JSON.stringify(shown.body)).toBe(200);
    const { interaction_id } = shown.body;
    const picked = { ...asked, interaction_id, hypothesis_id: 'h1' };
    expect((await call(url, 'POST', '/v1/execute', picked)).status).toBe(200);
    const liked = { user_id, interaction_id, type: 'thumbs_up' };
    expect((await call(url, 'POST', '/v1/feedback', liked)).status).toBe(202);
  };
  for (const url of [ahead, behind.url])
    for (const user of ['ada', 'bob']) await learn(url, user, `build ${user === 'ada' ? word : ''} api`);
  await expect
    .poll(async () => (await client.query('select from outbox')).rowCount, { timeout: 30_000 })
    .toBe(0);
  const now = await databaseTime(client);
  const times = await storedTimes(client);
  expect(new Set(times.map(({ where }) => where)).size).toBeGreaterThan(12);
  const ofKeys = (where: string) => where.startsWith('api_keys');
  const wrong = times.filter(
    ({ at, where }) => !ofKeys(where) && !(at.getTime() >= start - 50 && at.getTime() <= now),
  );
  expect(wrong.map(({ at, where }) => `${where}: ${at.toISOString()}`)).toEqual([]);
  const logged = (await collect(readTrainingLog(path.join(directory, 'training'), 'hypotheses_data'))).map(
    ({ timestamp }) => Date.parse(timestamp),
  );
  expect(logged).toHaveLength(4);
  for (const at of logged) expect(at).toSatisfy((ms: number) => ms >= start && ms <= now);

  holding = true;
  const late = call(ahead, 'POST', '/v1/hypothesize', { user_id: 'ada', input_text: `deploy ${word}` });
  await expect.poll(() => held.length).toBeGreaterThan(0);
  const { erasure_id } = (await call(ahead, 'DELETE', '/v1/users/ada')).body;
  const status = async () => (await call(ahead, 'GET', `/v1/erasures/${erasure_id}`)).body.status;
  await expect.poll(status, { timeout: 30_000 }).toBe('erased');
  holding = false;
  for (const response of held) sendJson(response, 500, {});
  expect((await late).status).toBe(409);
  await expect
    .poll(() => vacuumed(client))
    .toEqual(expect.arrayContaining(['feedback', 'memories', 'selections']));
  expect(await searchPostgres(databaseUrl, word)).toEqual([]);
  // Whoever comes back is known anew, at once.
  for (const url of [ahead, behind.url]) await learn(url, 'ada', 'write tests');

  await client.query("update api_keys set expires_at = clock_timestamp() - interval '1 hour'");
  for (const url of [ahead, behind.url]) {
    const isRefused = async () => (await call(url, 'GET', '/v1/users/bob/memories')).status;
    await expect.poll(isRefused, { timeout: 15_000 }).toBe(401);
  }
});
