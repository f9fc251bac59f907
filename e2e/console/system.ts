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

/** A standalone with its console, on a database of its own. */
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

const asks = [
  'build api',
  'deploy my app',
  'fix flaky tests',
  'write docs for the api',
  'speed up the queries',
];

/** Lets some users ask and pick; the n-th pick of a user is the n-th option in turn, the last of each five none. */
export async function letUsersPick(client: Client, users: string[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(users.map((user_id, i) => pickOnce(client, user_id, round + i)));
  }
}

async function pickOnce(client: Client, user_id: string, turn: number): Promise<void> {
  const input_text = asks[turn % asks.length] ?? 'build api';
  const { interaction_id, hypotheses } = await client.hypothesize({ user_id, input_text });
  const option = turn % 5 === 4 ? undefined : hypotheses[turn % 4 === 1 ? 1 : 0];
  await client.execute({ user_id, input_text, interaction_id, hypothesis_id: option?.id ?? null });
}
