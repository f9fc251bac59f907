import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { StartError } from '@learning-loop/service/errors';
import { type Account, toCommand } from './account.ts';
import { freePort } from './free-port.ts';
import { ownerSetting } from './leftovers.ts';

export interface ServerOptions {
  log?: (line: string) => void;
  /** false is faster but may lose data: for tests only. */
  durable?: boolean;
}

export interface Server {
  port: number;
  stop(): Promise<void>;
  died: Promise<string>;
}

interface LaunchOptions {
  data: string;
  port: number;
  account: Account;
  postgres: string;
}

const settings = [
  ownerSetting,
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=256MB',
  'max_wal_size=2GB',
  'random_page_cost=1.1',
  'jit=off',
  'timezone=UTC',
  'log_line_prefix=',
  'log_checkpoints=off',
];
const fastSettings = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'io_method=sync',
  'max_wal_size=256MB',
  // A client that gives up halfway through its login, as those without a password do, holds up whoever drops a database.
  'authentication_timeout=5s',
];

/** A port that was taken meanwhile, or processes of a killed server that are still exiting. */
const transientErrors = /could not create any TCP|shared memory block/;
const retryForMs = 15_000;

export async function startServer(launch: LaunchOptions, options: ServerOptions): Promise<Server> {
  const end = Date.now() + retryForMs;
  for (;;) {
    const port = launch.port || (await freePort());
    const result = await tryStart({ ...launch, port }, options);
    if (!('lastError' in result)) return toServer(port, result.server, result.ended);
    const { lastError } = result;
    if (!transientErrors.test(lastError) || Date.now() > end)
      throw new StartError(`PostgreSQL did not start: ${lastError}`);
    await setTimeout(200);
  }
}

interface Started {
  server: ChildProcess;
  ended: Promise<string>;
}

function toServer(port: number, server: ChildProcess, ended: Promise<string>): Server {
  const died = Promise.withResolvers<string>();
  let stopped = false;
  void ended.then((error) => {
    if (!stopped) died.resolve(error);
  });
  return {
    port,
    died: died.promise,
    stop: () => {
      stopped = true;
      return stop(server);
    },
  };
}

async function tryStart(
  { data, port, account, postgres }: LaunchOptions,
  { log = () => {}, durable = true }: ServerOptions,
): Promise<Started | { lastError: string }> {
  const all = [`port=${port}`, ...settings, ...(durable ? [] : fastSettings)];
  const { program, args, options } = toCommand(account, [
    postgres,
    '-D',
    data,
    ...all.flatMap((s) => ['-c', s]),
  ]);
  // Its own session: Ctrl-C in a terminal goes to all processes of the foreground group.
  const server = spawn(program, args, {
    ...options,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ready = Promise.withResolvers<Started>();
  let lastError = '';
  createInterface(server.stderr).on('line', (line) => {
    log(line);
    if (line.startsWith('FATAL:')) lastError = line.slice('FATAL:'.length).trim();
    else if (!/^[A-Z]+:/.test(line)) lastError ||= line;
    if (/ready to accept (?:read-only )?connections/.test(line)) ready.resolve({ server, ended });
  });
  const ended = once(server, 'close').then(() => lastError || 'it ended without a word');
  return Promise.race([ready.promise, ended.then((error) => ({ lastError: error }))]);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGINT');
  await exited;
}
