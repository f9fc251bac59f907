import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { modelServer, sendJson } from '@learning-loop/llm/testing/model-server';
import { askRedis } from '@learning-loop/testing/ask-redis';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { redisForTest } from '@learning-loop/testing/redis';
import { keysCommand } from 'gateway/auth/keys-cli';
import { connectClient, fetchWithRetry } from 'standalone/demo/client';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { startServer } from 'standalone/launch';
import { expect, onTestFinished, test } from 'vitest';

const secret = 'geheimnis-4711';
const person = 'kanarienvogel';

/** A standalone with a secret wherever it takes one, and a model server that quotes what it refuses. */
async function system() {
  const directory = await mkdtemp(path.join(tmpdir(), 'discretion-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await chmod(directory, 0o755);
  const redis = await redisForTest();
  onTestFinished(() => redis.stop());
  await askRedis(redis.directory, `CONFIG SET requirepass ${secret}`);
  const model = await modelServer((response, { messages }) =>
    sendJson(response, 401, {
      error: { message: `Incorrect key ${secret} for ${JSON.stringify(messages)}` },
    }),
  );
  onTestFinished(() => model[Symbol.asyncDispose]());
  const databaseUrl = await databaseForTest();
  const consolePort = await freePort();
  const server = await startServer(directory, {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url.replace('//', `//:${secret}@`),
    ...{ SLM_IMPL: 'openai', OPENAI_BASE_URL: model.url, OPENAI_MODEL_NAME: 'gpt', OPENAI_API_KEY: secret },
    METRICS_KEY: secret,
    CONSOLE_PORT: String(consolePort),
    LOG_LEVEL: 'trace',
  });
  onTestFinished(async () => void (await server.stop()));
  return { directory, databaseUrl, server, consoleUrl: `http://127.0.0.1:${consolePort}` };
}

type System = Awaited<ReturnType<typeof system>>;

/** An event that nobody can read, so that a consumer says why it gave up on it. */
async function replayBroken({ databaseUrl, server }: System): Promise<void> {
  await using db = connectDb(databaseUrl);
  const payload = JSON.stringify({ user_id: person, input_text: person, hypotheses: person });
  const letter = { tenant_id: 'default', user_id: person, event_id: crypto.randomUUID(), payload };
  await db
    .insertInto('dead_letters')
    .values({ ...letter, event: 'hypothesis.selected', consumer: 'memory', error: '', attempts: 1 })
    .execute();
  const replayed = await fetchWithRetry(`${server.url}/v1/dead-letters/replay`, { method: 'POST' });
  expect(await replayed.json()).toEqual({ replayed: 1 });
}

async function use(loop: System): Promise<void> {
  const client = connectClient(loop.server.url);
  for (const input_text of [`deploy ${person}`, 'build api']) {
    const { interaction_id } = await client.hypothesize({ user_id: person, input_text });
    await client.execute({ user_id: person, input_text, interaction_id, hypothesis_id: 'h1' });
    const said = { user_id: person, interaction_id, type: 'comment', value: person };
    const [method, headers] = ['POST', { 'content-type': 'application/json' }];
    await fetchWithRetry(`${client.url}/v1/feedback`, { method, headers, body: JSON.stringify(said) });
  }
  await replayBroken(loop);
  await untilOutboxEmpty(client);
}

/** What is answered to whom has no key, and to whom has one, on every page that shows no user. */
async function pages({ server, consoleUrl, databaseUrl }: System): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const read = async (address: string, headers = {}) =>
    found.set(address, await (await fetch(address, { headers })).text());
  for (const page of ['/', '/readyz', '/api/overview', '/api/queues', '/v1/session', '/nowhere'])
    await read(consoleUrl + page);
  const metricsKey = { authorization: `Bearer ${secret}` };
  await read(`${consoleUrl}/metrics`, metricsKey);
  await using db = connectDb(databaseUrl);
  const key = await keysCommand(db, ['create', '--role', 'admin']);
  for (const page of ['/metrics', '/readyz', '/v1/dead-letters?x', '/v1/models', '/v1/users/%zz/export'])
    await read(server.url + page, { authorization: `Bearer ${key}` });
  await read(`${server.url}/v1/session`, { authorization: `Bearer ${key.slice(0, -8)}${'A'.repeat(8)}` });
  return found.set('the key', key.slice('ll_0123456789abcdef_'.length));
}

async function expectHeaders(consoleUrl: string): Promise<void> {
  for (const page of ['/', '/users/ada', '/api/overview', '/v1/models', '/bull-board/', '/nowhere']) {
    const { headers } = await fetch(consoleUrl + page);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy, page).toMatch(/^default-src '(?:none|self)'/u);
    expect(policy, page).toContain("frame-ancestors 'none'");
    expect(policy, page).not.toMatch(/script-src[^;]*unsafe/u);
    expect(headers.get('x-content-type-options'), page).toBe('nosniff');
    expect(headers.get('referrer-policy'), page).toBe('no-referrer');
  }
}

test('no log names a user or quotes a text, and neither logs nor pages hold a secret', async () => {
  const loop = await system();
  await use(loop);
  await expectHeaders(loop.consoleUrl);
  const shown = await pages(loop);
  const { password } = new URL(loop.databaseUrl);
  const secrets = [secret, shown.get('the key') ?? secret, ...(password ? [password] : [])];
  shown.delete('the key');
  for (const [address, text] of shown)
    for (const one of secrets) expect(text.includes(one), `a secret at ${address}`).toBe(false);
  for (const page of [`${loop.server.url}/metrics`, `${loop.consoleUrl}/metrics`])
    expect(shown.get(page)).not.toContain(person);

  expect(await loop.server.stop()).toBe(0);
  const lines = (await readFile(path.join(loop.directory, 'logs/app.log'), 'utf8')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line).msg);
  for (const event of ['learning_loop_complete', 'persona_updated', 'event_dead_lettered'])
    expect(events).toContain(event);
  for (const one of [person, ...secrets])
    expect(lines.filter((line) => line.includes(one)).map((line) => line.slice(0, 300))).toEqual([]);
});
