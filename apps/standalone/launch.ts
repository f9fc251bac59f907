import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** An app of this repository as a process of its own. */
export interface AppProcess {
  /** What the first line of its output that matches holds in the pattern's group. Throws EndedAtStart when it ends first. */
  said(pattern: RegExp): Promise<string>;
  /** SIGTERM; resolves with the exit code once it is gone. */
  stop(): Promise<number | null>;
  /** SIGKILL, as a machine would die. */
  kill(): Promise<void>;
}

/** A standalone that is ready. */
export interface Server extends AppProcess {
  url: string;
}

/** The process ended before it was ready; the message is what it said on its way out. */
export class EndedAtStart extends Error {
  readonly exitCode: number | null;
  constructor(exitCode: number | null, said: string) {
    super(said || `The process ended with exit code ${exitCode} before it was ready.`);
    this.exitCode = exitCode;
  }
}

const apps = path.join(import.meta.dirname, '..');
const readyLine = /^Learning loop is ready: (http:\S+)/;

/** Starts an app in a directory outside of the repository, whose .env it then does not read. */
export function launch(app: string, cwd: string, env: NodeJS.ProcessEnv): AppProcess {
  const main = path.join(apps, app, 'main.ts');
  const child = spawn(process.execPath, [main], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const complaints: string[] = [];
  const output = createInterface({ input: child.stdout });
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  }
  return {
    said(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      let last = '';
      output.on('line', (line) => {
        last = line;
        const found = pattern.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('close', (code) => reject(new EndedAtStart(code, complaints.join('\n') || last)));
      return promise;
    },
    async stop() {
      await end('SIGTERM');
      return child.exitCode;
    },
    kill: () => end('SIGKILL'),
  };
}

/**
 * Starts a standalone that keeps everything under `directory`, and waits until it says that it is ready. It runs on
 * engines of its own, whatever the caller's environment says; `env` has the last word. Throws EndedAtStart.
 */
export async function startServer(directory: string, env: NodeJS.ProcessEnv = {}): Promise<Server> {
  const server = launch('standalone', directory, { ...isolated(directory), ...env });
  return { ...server, url: await server.said(readyLine) };
}

// An empty variable counts as unset.
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
