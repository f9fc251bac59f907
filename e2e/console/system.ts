import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { type Client, connectClient } from 'standalone/demo/client';
import { startServer } from 'standalone/launch';

export interface System extends AsyncDisposable {
  client: Client;
  consoleUrl: string;
  databaseUrl: string;
}

/** On a database of its own. */
export async function startSystem(env: NodeJS.ProcessEnv = {}): Promise<System> {
  const directory = await mkdtemp(path.join(tmpdir(), 'console-'));
  await chmod(directory, 0o755);
  const port = await freePort();
  const databaseUrl = await databaseForTest();
  const server = await startServer(directory, {
    DATABASE_URL: databaseUrl,
    CONSOLE_PORT: String(port),
    ...env,
  });
  return {
    client: connectClient(server.url),
    consoleUrl: `http://127.0.0.1:${port}`,
    databaseUrl,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const inputTexts = [
  'build api',
  'deploy my app',
  'fix flaky tests',
  'write docs for the api',
  'speed up the queries',
];

/** Users alternate between the first two hypotheses; every fifth selection is none of them. */
export async function letUsersSelect(client: Client, users: string[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(users.map((user_id, i) => selectOnce(client, user_id, round + i)));
  }
}

async function selectOnce(client: Client, user_id: string, turn: number): Promise<void> {
  const input_text = inputTexts[turn % inputTexts.length] ?? 'build api';
  const { interaction_id, hypotheses } = await client.hypothesize({ user_id, input_text });
  const hypothesis = turn % 5 === 4 ? undefined : hypotheses[turn % 4 === 1 ? 1 : 0];
  await client.execute({ user_id, input_text, interaction_id, hypothesis_id: hypothesis?.id ?? null });
}
