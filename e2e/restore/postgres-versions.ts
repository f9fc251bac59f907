import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chooseAccount } from '@learning-loop/embedded-postgres/account';
import { createCluster, findBinaries, readPassword } from '@learning-loop/embedded-postgres/cluster';
import { startServer } from '@learning-loop/embedded-postgres/server';
import pg from 'pg';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);

/** The programs of one installation; `dump` is undefined where there is only a server. */
export interface Installation {
  major: number;
  server: { initdb: string; postgres: string };
  dump?: { dump: string; restore: string };
}

/** Of npm, which has no pg_dump, and those of Debian and of POSTGRES_BIN (directories, separated by colons). */
export async function findInstallations(): Promise<Installation[]> {
  const embedded: Installation = { major: 18, server: await findBinaries() };
  const debian = await readdir('/usr/lib/postgresql').catch(() => []);
  const given = (process.env['POSTGRES_BIN'] ?? '').split(':').filter(Boolean);
  const places = [...given, ...debian.map((version) => `/usr/lib/postgresql/${version}/bin`)];
  const found = await Promise.all(places.map((bin) => inspect(bin).catch(() => undefined)));
  return [embedded, ...found.filter((installation) => installation !== undefined)];
}

async function inspect(bin: string): Promise<Installation> {
  const program = (name: string) => path.join(bin, name);
  const versions = await Promise.all(
    ['pg_dump', 'pg_restore', 'postgres', 'initdb'].map((name) => run(program(name), ['--version'])),
  );
  return {
    major: Number(/ (\d+)\./.exec(versions[0]?.stdout ?? '')?.[1]),
    server: { initdb: program('initdb'), postgres: program('postgres') },
    dump: { dump: program('pg_dump'), restore: program('pg_restore') },
  };
}

export interface TestServer {
  /** Of the database `postgres`, as superuser. */
  url: string;
  /** Runs statements as superuser, in database `name`. */
  run(statements: string[], name?: string): Promise<void>;
}

/** A server of its own for one test. */
export async function startPostgres({ server: binaries }: Installation): Promise<TestServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'postgres-'));
  await chmod(directory, 0o755);
  const data = path.join(directory, 'data');
  const account = await chooseAccount(data, [binaries.postgres, directory]);
  await createCluster(data, account, binaries);
  const server = await startServer({ data, port: 0, account, postgres: binaries.postgres }, {});
  onTestFinished(() => server.stop());
  const url = `postgres://postgres:${await readPassword(data)}@127.0.0.1:${server.port}/postgres`;
  return {
    url,
    async run(statements, name = 'postgres') {
      const client = new pg.Client(new URL(`/${name}`, url).href);
      await client.connect();
      try {
        for (const statement of statements) await client.query(statement);
      } finally {
        await client.end();
      }
    },
  };
}

/** The URL of a new user's new database; `rights` as `create role` takes them. */
export async function createOwner(server: TestServer, name: string, rights: string): Promise<string> {
  await server.run([
    `create role ${name} login ${rights} password 'password-of-${name}'`,
    `create database ${name} owner ${name}`,
  ]);
  const owner = { username: name, password: `password-of-${name}` };
  return Object.assign(new URL(`/${name}`, server.url), owner).href;
}
