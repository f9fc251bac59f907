import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface AppProcess {
  /** Group 1 of the first matching line of stdout. Rejects with EndedAtStart if the process ends first. */
  waitForLine(pattern: RegExp): Promise<string>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface Server extends AppProcess {
  url: string;
}

/** The process ended before it was ready; the message is its output. */
export class EndedAtStart extends Error {
  readonly exitCode: number | null;
  constructor(exitCode: number | null, output: string) {
    super(output || `The process ended with exit code ${exitCode} before it was ready.`);
    this.exitCode = exitCode;
  }
}

const apps = path.join(import.meta.dirname, '..');
const readyLine = /^Learning loop is ready: (http:\S+)/;

/** Starts an app; `cwd` must be outside the repository, whose .env would be read otherwise. */
export function launch(app: string, cwd: string, env: NodeJS.ProcessEnv): AppProcess {
  const main = path.join(apps, app, 'main.ts');
  const child = spawn(process.execPath, [main], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const errorLines: string[] = [];
  const stdoutLines = createInterface({ input: child.stdout });
  createInterface({ input: child.stderr }).on('line', (line) => errorLines.push(line));

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  }
  return {
    waitForLine(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      let last = '';
      stdoutLines.on('line', (line) => {
        last = line;
        const match = pattern.exec(line)?.[1];
        if (match !== undefined) resolve(match);
      });
      child.once('close', (code) => reject(new EndedAtStart(code, errorLines.join('\n') || last)));
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
 * Starts a standalone that keeps all data in `directory`, and waits until it is ready. It uses its own database and
 * queues whatever the caller's environment says; `env` overrides. Throws EndedAtStart.
 */
export async function startServer(directory: string, env: NodeJS.ProcessEnv = {}): Promise<Server> {
  const server = launch('standalone', directory, { ...isolatedEnv(directory), ...env });
  return { ...server, url: await server.waitForLine(readyLine) };
}

// Empty variables count as unset.
function isolatedEnv(directory: string): NodeJS.ProcessEnv {
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
