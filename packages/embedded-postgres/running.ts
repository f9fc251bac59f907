import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { passwordOf } from './cluster.ts';

const portLine = 3;

/** The URL of the server that some process runs on this data directory; undefined when none answers. */
export async function runningPostgres(directory: string): Promise<string | undefined> {
  const data = resolve(directory);
  const lock = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const port = Number(lock.split('\n')[portLine]);
  if (!(port > 0) || !(await answers(port))) return undefined;
  return `postgres://postgres:${await passwordOf(data)}@127.0.0.1:${port}/postgres`;
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
