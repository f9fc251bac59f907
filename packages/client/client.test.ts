import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@hey-api/openapi-ts';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { connectLearningLoop } from './connect.ts';
import { generateSources } from './generate.ts';

const generateAgain = 'run "pnpm --filter @learning-loop/client generate URL"';

let url: string;
let stop: () => Promise<unknown>;

beforeAll(async () => {
  const main = join(import.meta.dirname, '../../apps/gateway/main.ts');
  const env = { ...process.env, DATABASE_URL: await databaseForTest(), REDIS_URL: '', PORT: '0', HOST: '' };
  const gateway = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  stop = async () => {
    const exited = once(gateway, 'exit');
    gateway.kill('SIGTERM');
    await exited;
  };
  for await (const line of createInterface(gateway.stdout)) {
    const found = /"url":"(http:[^"]+)"/.exec(line)?.[1];
    if (found === undefined) continue;
    url = found;
    break;
  }
  gateway.stdout.resume();
});
afterAll(() => stop());

test('the types are those of the API that the gateway serves', async () => {
  const sources = await generateSources(await (await fetch(`${url}/docs/json`)).text());
  const below = await readdir(join(import.meta.dirname, 'api'), { recursive: true });
  const generated = below.filter((file) => file.endsWith('.ts')).map((file) => join('api', file));
  const files = ['api.ts', ...generated].sort();
  expect(files, generateAgain).toEqual([...sources.keys()].sort());
  for (const file of files)
    expect(await readFile(join(import.meta.dirname, file), 'utf8'), generateAgain).toBe(sources.get(file));
});

test('a selection whose response was lost is sent again, and accepted once', async () => {
  const lossy = await lossyProxy(['/v1/execute', '/v1/hypothesize']);
  const client = connectLearningLoop(lossy.url, { delayMs: 1 });
  const asked = { user_id: 'ada', input_text: 'build api' };
  const shown = await client.POST('/v1/hypothesize', { body: asked });
  const interaction_id = shown.data?.interaction_id ?? '';
  const body = { ...asked, interaction_id, hypothesis_id: 'h1' };
  const first = await client.POST('/v1/execute', { body });
  const second = await client.POST('/v1/execute', { body });
  expect(first.data?.event_id).toBeTruthy();
  expect(second.data?.event_id).toBe(first.data?.event_id);
  expect(lossy.lost).toBe(2);
});

test('a refusal is the answer, in the words of the service', async () => {
  const client = connectLearningLoop(url, { delayMs: 1 });
  const { error, response } = await client.POST('/v1/hypothesize', { body: { user_id: '', input_text: '' } });
  expect(response.status).toBe(400);
  expect(error).toMatchObject({ error: { message: expect.any(String) } });
});

test('feedback in doubt is not sent twice; what was turned away is', async () => {
  let calls = 0;
  const statuses = [503, 502];
  const server = createServer((_request, response) => {
    response.writeHead(statuses[calls] ?? 200).end('{}');
    calls += 1;
  });
  onTestFinished(() => void server.close());
  const client = connectLearningLoop(await listen(server), { delayMs: 1 });
  const body = { user_id: 'ada', interaction_id: 'i', type: 'thumbs_up' as const };
  const { response } = await client.POST('/v1/feedback', { body });
  expect([response.status, calls]).toEqual([502, 2]);
});

/** Passes requests on, and loses the first answer of each of these paths. */
async function lossyProxy(paths: string[]) {
  const left = new Set(paths);
  const state = { url: '', lost: 0 };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${request.url}`, { method: request.method ?? 'GET', headers, body });
    const text = await answer.text();
    if (left.delete(request.url ?? '')) {
      state.lost += 1;
      request.socket.destroy();
    } else response.writeHead(answer.status, headers).end(text);
  });
  onTestFinished(() => void server.close());
  state.url = await listen(server);
  return state;
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

test('a generator that others wrote makes a client of the document, and it works', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'generated-client-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await createClient({
    input: `${url}/docs/json`,
    output: folder,
    plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
    logs: { level: 'silent' },
  });
  const { hypothesize, execute } = await import(join(folder, 'sdk.gen.ts'));
  const { client } = await import(join(folder, 'client.gen.ts'));
  client.setConfig({ baseUrl: url });
  const asked = { user_id: 'ada', input_text: 'build api' };
  const { data: shown } = await hypothesize({ body: asked });
  expect(shown.hypotheses).toHaveLength(3);
  const { interaction_id, recommended_id: hypothesis_id } = shown;
  const { data: accepted } = await execute({ body: { ...asked, interaction_id, hypothesis_id } });
  expect(accepted.enriched_prompt).toContain(shown.hypotheses[0].question.slice(12, 30));
  const { error } = await execute({ body: { ...asked, interaction_id, hypothesis_id: 'h9' } });
  expect(error).toMatchObject({ error: { code: 'already_picked' } });
});
