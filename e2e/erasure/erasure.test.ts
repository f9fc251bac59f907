import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { redisForTest } from '@learning-loop/testing/redis';
import pg from 'pg';
import { connectClient, fetchWithRetry } from 'standalone/demo/client';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { startServer } from 'standalone/launch';
import { expect, onTestFinished, test, vi } from 'vitest';
import { searchFiles, searchPostgres } from './search.ts';

/** For all that is waited for in a test. */
const patience = { timeout: 180_000 };
const canary = 'kanarienvogel';
const erased = `erased-${canary}`;

interface Receipt {
  erasure_id: string;
  status: string;
  erased: {
    rows: Record<string, number>;
    training_log_records: number;
    dataset_samples: Record<string, number>;
    models: string[];
  } | null;
}

async function system() {
  const directory = await mkdtemp(path.join(tmpdir(), 'erasure-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await chmod(directory, 0o755);
  const redis = await redisForTest();
  onTestFinished(() => redis.stop());
  const databaseUrl = await databaseForTest();
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url, MIN_CONFIDENCE_FOR_TRAINING: '0' };
  const server = await startServer(directory, env);
  onTestFinished(async () => void (await server.stop()));
  const client = connectClient(server.url);
  return { directory, redisDirectory: redis.directory, databaseUrl, server, client, ...calls(server.url) };
}

function calls(url: string) {
  async function call<T>(method: string, address: string, body?: object): Promise<T> {
    const headers = body ? { 'content-type': 'application/json' } : {};
    const response = await fetchWithRetry(url + address, {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
    });
    return (await response.json()) as T;
  }
  const receipt = (id: string) => call<Receipt>('GET', `/v1/erasures/${id}`);
  return {
    call,
    erase: (user: string) => call<Receipt>('DELETE', `/v1/users/${user}`),
    untilErased: (id: string) =>
      vi.waitFor(
        async () => {
          const found = await receipt(id);
          expect(found.status, JSON.stringify(found)).toBe('erased');
          return found;
        },
        { timeout: 30_000, interval: 100 },
      ),
  };
}

type System = Awaited<ReturnType<typeof system>>;

async function choose({ client }: System, user_id: string, input_text: string): Promise<string> {
  const { interaction_id } = await client.hypothesize({ user_id, input_text });
  await client.execute({ user_id, input_text, interaction_id, hypothesis_id: 'h1' });
  return interaction_id;
}

/** What is stuck: an event that no consumer will take for now, and one that was set aside. */
async function leaveUnlearned({ databaseUrl }: System): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const payload = JSON.stringify({ input_text: canary });
  await client.query(
    `insert into outbox (event_id, event, tenant_id, user_id, payload, pending)
     values (gen_random_uuid(), 'hypothesis.selected', 'default', $1, $2, '{nobody}')`,
    [erased, payload],
  );
  await client.query(
    `insert into dead_letters (event_id, event, tenant_id, user_id, consumer, payload, error, attempts)
     values (gen_random_uuid(), 'hypothesis.selected', 'default', $1, 'memory', $2, $3, 5)`,
    [erased, payload, `cannot read ${canary}`],
  );
  await client.end();
}

/** Models that learned from a dataset that is there, from one that is not any more, and from none. */
async function registerModels({ databaseUrl, call }: System): Promise<void> {
  const { builds } = await call<{ builds: { version: string }[] }>('GET', '/v1/training/datasets');
  const client = new pg.Client(databaseUrl);
  await client.connect();
  for (const [model_id, version] of [
    ['tuned', builds[0]?.version],
    ['old', '20200101T000000Z-abcdef'],
    ['by hand', null],
  ])
    await client.query(
      `insert into models (tenant_id, model_id, kind, status, dataset_version, artifact, metrics, reason)
       values ('default', $1, 'llm', 'candidate', $2, '{}', '{}', 'for the test')`,
      [model_id, version],
    );
  await client.end();
}

async function modelsToRetrain({ call }: System): Promise<string[]> {
  const { models } = await call<{ models: { model_id: string; metrics: object }[] }>('GET', '/v1/models');
  return models.filter(({ metrics }) => 'retrain' in metrics).map(({ model_id }) => model_id);
}

async function buildDataset({ call }: System): Promise<void> {
  await call('POST', '/v1/training/datasets');
  await vi.waitFor(
    async () => {
      const { builds } = await call<{ builds: { status: string; error: string }[] }>(
        'GET',
        '/v1/training/datasets',
      );
      expect(builds[0]?.status, builds[0]?.error).toBe('done');
    },
    { timeout: 40_000, interval: 200 },
  );
}

/** In how many tables or files of each place the canary stands. */
async function search(places: Record<string, () => Promise<string[]>>): Promise<Record<string, number>> {
  const hits: Record<string, number> = {};
  for (const [place, find] of Object.entries(places)) hits[place] = (await find()).length;
  return hits;
}

test('erases a user to the last copy, and nobody else', patience, async () => {
  const loop = await system();
  const { client, directory, databaseUrl, redisDirectory } = loop;
  for (const text of ['build api', `deploy ${canary}`, 'auth', `a plan for ${canary} with FastAPI`]) {
    await choose(loop, 'kept', 'build api');
    const interaction_id = await choose(loop, erased, text);
    const said = { user_id: erased, interaction_id, type: 'comment', value: `thanks, ${canary}` };
    await loop.call('POST', '/v1/feedback', said);
  }
  await client.hypothesize({ user_id: erased, input_text: `never picked ${canary}` });
  await loop.call('PUT', `/v1/users/${erased}/settings`, { training_opt_out: false });
  await untilOutboxEmpty(client);
  await leaveUnlearned(loop);
  await buildDataset(loop);
  await registerModels(loop);
  const places = {
    'PostgreSQL, all tables and statistics': () => searchPostgres(databaseUrl, canary),
    'Redis, all that was ever sent to it': () => searchFiles(redisDirectory, canary),
    'training log and datasets': () => searchFiles(path.join(directory, 'training'), canary),
    logs: () => searchFiles(path.join(directory, 'logs'), canary),
  };
  const before = await search(places);
  expect(before['PostgreSQL, all tables and statistics']).toBeGreaterThan(0);
  expect(before['training log and datasets']).toBeGreaterThan(0);

  const exported = await loop.call<object>('GET', `/v1/users/${erased}/export?include=training_log`);
  expect(JSON.stringify(exported).split(canary).length).toBeGreaterThan(10);
  const { erasure_id } = await loop.erase(erased);
  const receipt = await loop.untilErased(erasure_id);

  expect(receipt.erased?.rows).toMatchObject({
    interactions: 5,
    selections: 4,
    feedback: 4,
    personas: 1,
    outbox: 1,
    dead_letters: 1,
    user_settings: 1,
  });
  expect(receipt.erased?.training_log_records).toBe(4 + 8 + 4);
  expect(Object.values(receipt.erased?.dataset_samples ?? {}).some((samples) => samples > 0)).toBe(true);
  expect(receipt.erased?.models).toEqual(['old', 'tuned']);
  expect((await modelsToRetrain(loop)).sort()).toEqual(['old', 'tuned']);
  expect(await searchPostgres(databaseUrl, canary)).toEqual([]);
  expect(await searchFiles(redisDirectory, canary), 'ever sent to Redis').toEqual([]);
  expect(await searchFiles(directory, canary)).toEqual([]);
  expect(JSON.stringify(receipt)).not.toContain(canary);
  const after = await search(places);
  const rows = Object.entries(after).map(([place, hits]) => `${place}: ${before[place]} → ${hits}`);
  process.stdout.write(`${JSON.stringify(receipt, null, 2)}\n“${canary}” found in\n${rows.join('\n')}\n`);

  expect((await client.persona('kept')).interaction_count).toBe(4);
  expect((await client.stats()).hypotheses_count).toBe(4);
  await choose(loop, erased, 'build api');
  await untilOutboxEmpty(client);
  expect((await client.persona(erased)).interaction_count).toBe(1);
});

/** Once: a pick that a busy machine turned away, and that came again after the erasure, would be learned rightly. */
async function chooseOnce({ server }: System, user_id: string, input_text: string): Promise<void> {
  const post = async (address: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const sent = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await (await fetch(server.url + address, sent)).json()) as { interaction_id: string };
  };
  const { interaction_id } = await post('/v1/hypothesize', { user_id, input_text });
  await post('/v1/execute', { user_id, input_text, interaction_id, hypothesis_id: 'h1' });
}

test('learning under way for an erased user has no effect', patience, async () => {
  const loop = await system();
  const { client, directory, databaseUrl } = loop;
  for (let round = 0; round < 5; round += 1) {
    const user = `${erased}-${round}`;
    const begun = [Array.from({ length: 10 }, () => chooseOnce(loop, user, `build ${canary} api`))].flat();
    // The moment differs from round to round: before, amid and after the picks and their learning.
    await Promise.allSettled(begun.slice(0, round * 2));
    const { erasure_id } = await loop.erase(user);
    await Promise.allSettled(begun);
    await loop.untilErased(erasure_id);
    await untilOutboxEmpty(client);
    expect(await searchPostgres(databaseUrl, canary)).toEqual([]);
    expect(await searchFiles(path.join(directory, 'training'), canary)).toEqual([]);
  }
});
