import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildPackage } from '@learning-loop/client/build';
import { type Client, connectClient } from 'standalone/demo/client';
import { readCompletions, readLoggedEvents } from 'standalone/demo/read-back';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { type Server, startServer } from 'standalone/launch';
import { afterAll, beforeAll, expect, test } from 'vitest';

const typescript = path.join(import.meta.dirname, '../node_modules/.bin/tsc');

let directory: string;
let server: Server;
let client: Client;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'standalone-'));
  await chmod(directory, 0o755);
  await begin();
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

async function begin(): Promise<void> {
  server = await startServer(directory);
  client = connectClient(server.url);
}

async function choose(
  user_id: string,
  input_text: string,
): Promise<{ interaction_id: string; event_id: string }> {
  const { interaction_id } = await client.hypothesize({ user_id, input_text });
  const { event_id } = await client.execute({ user_id, input_text, interaction_id, hypothesis_id: 'h1' });
  return { interaction_id, event_id };
}

async function knownOf(user: string) {
  return { memories: await client.memories(user), persona: await client.persona(user) };
}

test('learns from a pick, and still knows it after a restart', async () => {
  const { interaction_id, event_id } = await choose('ada', 'build api');
  await untilOutboxEmpty(client);
  const known = await knownOf('ada');
  expect(await client.interaction(interaction_id)).toMatchObject({ event_id, learned: true });
  expect(known.memories.map(({ type }) => type)).toEqual(expect.arrayContaining(['goal', 'history']));
  expect(known.persona.interaction_count).toBe(1);
  expect([...(await readLoggedEvents(path.join(directory, 'training')))]).toEqual([event_id]);
  expect(await client.stats()).toMatchObject({
    hypotheses_count: 1,
    persona_updates_count: 1,
    ranking_samples_count: 1,
  });

  expect(await server.stop()).toBe(0);
  expect(
    (await readCompletions(path.join(directory, 'logs', 'app.log'))).map((line) => line.event_id),
  ).toEqual([event_id]);
  await begin();
  expect(await knownOf('ada')).toEqual(known);
  expect(await client.stats()).toMatchObject({ hypotheses_count: 1 });
});

/** All that an application writes. */
const program = (url: string) => `import { LearningLoop } from 'learning-loop';
const loop = new LearningLoop({ url: '${url}' });
const turn = await loop.turn({ userId: 'packed', text: 'build api' });
const prompt = await turn.select(turn.hypotheses[0]!.id);
console.log(prompt);
`;

test('the packed client learns by five lines, installed offline in an empty folder', {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'packed-client-'));
  const run = (file: string, args: string[]) => promisify(execFile)(file, args, { cwd: folder });
  await buildPackage(path.join(folder, 'dist'));
  await run('npm', ['pack', './dist', '--silent']);
  await writeFile(path.join(folder, 'package.json'), '{"type":"module","private":true}');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', './learning-loop-0.1.0.tgz']);
  await writeFile(path.join(folder, 'app.ts'), program(server.url));
  await run(typescript, ['--strict', '--module', 'nodenext', '--noEmit', '--types', '', 'app.ts']);
  const { stdout } = await run(process.execPath, ['app.ts']);
  expect(stdout).toContain('build a REST API');
  await untilOutboxEmpty(client);
  expect((await client.memories('packed')).length).toBeGreaterThan(0);
  await rm(folder, { recursive: true });
});

test('starts by itself after kill -9, and learns each accepted pick once', { timeout: 180_000 }, async () => {
  const before = await readLoggedEvents(path.join(directory, 'training'));
  const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
  const picks = await Promise.all(users.map((user) => choose(user, 'deploy api')));
  await server.kill();
  await begin();
  await untilOutboxEmpty(client);

  const interactions = await Promise.all(
    picks.map(({ interaction_id }) => client.interaction(interaction_id)),
  );
  expect(interactions.filter(({ learned }) => learned)).toHaveLength(picks.length);
  const accepted = new Set(picks.map(({ event_id }) => event_id));
  expect(await readLoggedEvents(path.join(directory, 'training'))).toEqual(new Set([...before, ...accepted]));
  for (const user of users) {
    const { memories, persona } = await knownOf(user);
    expect(memories.filter(({ type }) => type === 'history').map(({ count }) => count)).toEqual([1]);
    expect(persona.interaction_count).toBe(1);
  }
});
