import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@learning-loop/embedded-postgres/start';
import pg from 'pg';
import { until } from 'standalone/demo/wait';

export interface PostgresServer extends AsyncDisposable {
  port: number;
  createDatabase(name: string): Promise<string>;
  /** Immediate mode: processes exit at once and flush nothing. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Signals the postmaster and all its backends. */
  send(signal: NodeJS.Signals): Promise<void>;
}

const GONE_MS = 15_000;

export async function startPostgres(directory: string): Promise<PostgresServer> {
  const port = await freePort();
  const data = path.join(directory, 'postgres');
  let running: EmbeddedPostgres = await startEmbeddedPostgres(data, { port });
  return {
    port,
    async createDatabase(name) {
      const client = new pg.Client({ connectionString: running.url });
      await client.connect();
      await client.query(`create database ${client.escapeIdentifier(name)}`);
      await client.end();
      return running.url.replace(/\/postgres$/, `/${name}`);
    },
    async crash() {
      const pid = await postmaster(data);
      process.kill(pid, 'SIGQUIT');
      await until(async () => (isAlive(pid) ? null : true), GONE_MS, 'Postgres does not end.');
    },
    async start() {
      running = await startEmbeddedPostgres(data, { port });
    },
    async send(signal) {
      process.kill(-(await postmaster(data)), signal);
    },
    [Symbol.asyncDispose]: () => running.stop(),
  };
}

async function postmaster(data: string): Promise<number> {
  const [pid] = (await readFile(path.join(data, 'postmaster.pid'), 'utf8')).split('\n');
  return Number(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
