import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A standalone that runs as a process of its own, the way a user runs it. */
export interface Server {
  url: string;
  /** SIGTERM; resolves with the exit code once it is gone. */
  stop(): Promise<number | null>;
  /** SIGKILL, as a machine would die. */
  kill(): Promise<void>;
}

/** The server ended before it was ready; the message is what it said on its way out. */
export class EndedAtStart extends Error {
  readonly exitCode: number | null;
  constructor(exitCode: number | null, said: string) {
    super(said || `The server ended with exit code ${exitCode} before it was ready.`);
    this.exitCode = exitCode;
  }
}

const main = path.join(import.meta.dirname, 'main.ts');
const readyLine = /^Learning loop is ready: (http:\S+)/;

/**
 * Starts a standalone and waits until it says that it is ready.
 * Everything lies under `directory`, the engines of the caller's environment are not touched: `env` has the last word.
 * Throws EndedAtStart when it ends instead.
 */
export async function startServer(directory: string, env: NodeJS.ProcessEnv = {}): Promise<Server> {
  const child = spawn(process.execPath, [main], {
    cwd: directory,
    env: { ...process.env, ...isolated(directory), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const url = await ready(child);
  return {
    url,
    async stop() {
      await end(child, exited, 'SIGTERM');
      return child.exitCode;
    },
    kill: () => end(child, exited, 'SIGKILL'),
  };
}

// An empty variable counts as unset, and keeps a .env file from setting it.
function isolated(directory: string): NodeJS.ProcessEnv {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: path.join(directory, 'data'),
    LOG_DIR: path.join(directory, 'logs'),
    TRAINING_DATA_DIR: path.join(directory, 'training'),
    DATABASE_URL: '',
    REDIS_URL: '',
  };
}

function ready(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const complaints: string[] = [];
  let lastLine = '';
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
  createInterface({ input: child.stdout }).on('line', (line) => {
    lastLine = line;
    const url = readyLine.exec(line)?.[1];
    if (url) resolve(url);
  });
  child.once('error', reject);
  child.once('close', (code) => reject(new EndedAtStart(code, complaints.join('\n') || lastLine)));
  return promise;
}

async function end(child: ChildProcess, exited: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await exited;
}
