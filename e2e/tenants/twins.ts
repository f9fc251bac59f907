import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { keysCommand } from 'gateway/auth/keys-cli';
import { type Client, connectClient, fetchWithRetry } from 'standalone/demo/client';
import { startServer } from 'standalone/launch';
import { expect, vi } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: tests read JSON of any shape, like any client
type Json = any;

/** A tenant with a word that stands in each of its texts and in nobody else's. */
export interface Twin {
  tenant_id: string;
  word: string;
  /** How many texts `ada` selects for. It differs, so that a count of both together, or of the other, is noticed. */
  selections: number;
  /** Whether `bob` opts out of training, who selects in both. */
  bobOptsOut: boolean;
  /** Through the gateway. Throws for a status other than 2xx. */
  call(method: string, address: string, body?: object): Promise<Json>;
  status(address: string): Promise<number>;
  /** GET of the console, in a session of the twin's key. */
  read(address: string): Promise<Json>;
}

export interface TwinSystem extends AsyncDisposable {
  directory: string;
  databaseUrl: string;
  client: Client;
  gatewayUrl: string;
  /** Their names begin alike. */
  acme: Twin;
  acme2: Twin;
}

/** All apps in one process, and two tenants with an admin's key each. */
export async function startTwins(): Promise<TwinSystem> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tenants-'));
  await chmod(directory, 0o755);
  const databaseUrl = await databaseForTest();
  const [acmeKey, acme2Key] = await createKeys(databaseUrl);
  const consolePort = await freePort();
  const server = await startServer(directory, {
    DATABASE_URL: databaseUrl,
    CONSOLE_PORT: String(consolePort),
    EXPLORATION_RATE: '0',
    MIN_CONFIDENCE_FOR_TRAINING: '0',
    TRAINER_QUARANTINE_HOURS: '0',
  });
  const urls = { gateway: server.url, console: `http://127.0.0.1:${consolePort}` };
  const acme = {
    ...{ tenant_id: 'acme', word: 'zinnober', selections: 2, bobOptsOut: true },
    ...(await connectTwin(urls, acmeKey)),
  };
  return {
    ...{ directory, databaseUrl, gatewayUrl: server.url },
    // The backlog is told to those who have a key.
    client: { ...connectClient(server.url), ready: () => acme.call('GET', '/readyz') },
    acme,
    acme2: {
      ...{ tenant_id: 'acme2', word: 'malachit', selections: 3, bobOptsOut: false },
      ...(await connectTwin(urls, acme2Key)),
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function createKeys(databaseUrl: string): Promise<[string, string]> {
  await using db = connectDb(databaseUrl);
  const create = (tenant: string) =>
    keysCommand(db, ['create', '--role', 'admin', '--tenant', tenant, '--name', `of ${tenant}`]);
  return [await create('acme'), await create('acme2')];
}

async function connectTwin(urls: { gateway: string; console: string }, key: string) {
  const authorization = `Bearer ${key}`;
  const json = { 'content-type': 'application/json' };
  const cookie = await untilAnswered(async () => {
    const body = JSON.stringify({ key });
    const signedIn = await fetch(`${urls.console}/api/session`, { method: 'POST', headers: json, body });
    expect(signedIn.status).toBe(204);
    return signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  });
  return {
    async call(method: string, address: string, body?: object): Promise<Json> {
      const response = await fetchWithRetry(urls.gateway + address, {
        ...{ method, headers: { authorization, ...(body && json) } },
        body: body ? JSON.stringify(body) : null,
      });
      const text = await response.text();
      expect(response.ok, `${method} ${address} answered ${response.status}: ${text}`).toBe(true);
      return text === '' ? null : JSON.parse(text);
    },
    async status(address: string): Promise<number> {
      const response = await fetchWithRetry(urls.gateway + address, { headers: { authorization } });
      await response.body?.cancel();
      return response.status;
    },
    read: (address: string): Promise<Json> =>
      untilAnswered(() => readConsole(urls.console + address, cookie)),
  };
}

/** On a busy machine the gateway turns requests away for a moment, and the console passes that on. */
const untilAnswered = <T>(ask: () => Promise<T>): Promise<T> =>
  vi.waitFor(ask, { timeout: 20_000, interval: 200 });

/** Of a stream of events, the first one. */
async function readConsole(address: string, cookie: string): Promise<Json> {
  const response = await fetch(address, { headers: { cookie } });
  expect(response.ok, `${address} answered ${response.status}`).toBe(true);
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return await response.json();
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes('\n\n')) break;
  }
  return JSON.parse(text.slice('data: '.length));
}
