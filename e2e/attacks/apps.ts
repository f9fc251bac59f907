import { request } from 'node:http';
import path from 'node:path';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { keysCommand } from 'gateway/auth/keys-cli';
import { launch } from 'standalone/launch';
import { onTestFinished } from 'vitest';

const listening = /"url":"(http:[^"]+)"/;

export interface Apps {
  db: Db;
  databaseUrl: string;
  directory: string;
  /** Starts an app as a process of its own, which ends with the test; resolves with its URL. */
  start(app: string, env?: NodeJS.ProcessEnv): Promise<string>;
  /** A new key, as the headers of a request. */
  createKey(role: 'app' | 'reader' | 'admin', tenant?: string): Promise<{ authorization: string }>;
}

/** Apps on one database; `env` is for each of them. */
export async function appsForTest(env: NodeJS.ProcessEnv = {}): Promise<Apps> {
  const databaseUrl = await databaseForTest();
  const directory = await temporaryDirectory();
  const db = connectDb(databaseUrl);
  onTestFinished(() => db.destroy());
  const common = { DATABASE_URL: databaseUrl, REDIS_URL: '', PORT: '0', ...env };
  const data = { TRAINING_DATA_DIR: path.join(directory, 'training') };
  return {
    db,
    databaseUrl,
    directory,
    start(app, more = {}) {
      const process = launch(app, directory, { ...common, ...data, ...more });
      onTestFinished(() => process.kill());
      return process.waitForLine(listening);
    },
    async createKey(role, tenant = 'default') {
      const key = await keysCommand(db, ['create', '--role', role, '--tenant', tenant]);
      return { authorization: `Bearer ${key}` };
    },
  };
}

export interface RawAnswer {
  status: number;
  body: string;
  headers: NodeJS.Dict<string | string[]>;
}

/** Sends the target as it is written; `fetch` would normalise it. */
export function askRaw(
  url: string,
  target: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const sent = request({ hostname, port, path: target, method, headers, agent: false }, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('error', reject);
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        body: Buffer.concat(parts).toString(),
        headers: response.headers,
      }),
    );
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}
