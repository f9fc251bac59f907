import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { StartError } from '@learning-loop/service/errors';
import { type Account, asAccount } from './account.ts';
import { freePort } from './free-port.ts';
import { ownerSetting } from './leftovers.ts';

export interface ServerOptions {
  /** Told each line that the server logs. */
  log?: (line: string) => void;
  /** false trades the safety of the data for speed: only for tests. */
  durable?: boolean;
}

export interface Server {
  port: number;
  stop(): Promise<void>;
  /** Resolves with what it said last when the server ends without having been stopped. */
  died: Promise<string>;
}

interface Place {
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
const fastSettings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'io_method=sync'];

/** What passes by itself: a port taken meanwhile, or processes of a killed server that are still ending. */
const passing = /could not create any TCP|shared memory block/;
const retryForMs = 15_000;

/** Resolves when the server accepts connections. Throws a StartError with the server's last words. */
export async function startServer(place: Place, options: ServerOptions): Promise<Server> {
  const end = Date.now() + retryForMs;
  for (;;) {
    const port = place.port || (await freePort());
    const result = await tryStart({ ...place, port }, options);
    if (!('lastWords' in result)) return running(port, result.server, result.ended);
    const { lastWords } = result;
    if (!passing.test(lastWords) || Date.now() > end)
      throw new StartError(`PostgreSQL did not start: ${lastWords}`);
    await setTimeout(200);
  }
}

interface Started {
  server: ChildProcess;
  ended: Promise<string>;
}

function running(port: number, server: ChildProcess, ended: Promise<string>): Server {
  const died = Promise.withResolvers<string>();
  let stopped = false;
  void ended.then((words) => {
    if (!stopped) died.resolve(words);
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
  { data, port, account, postgres }: Place,
  { log = () => {}, durable = true }: ServerOptions,
): Promise<Started | { lastWords: string }> {
  const all = [`port=${port}`, ...settings, ...(durable ? [] : fastSettings)];
  const { program, args, options } = asAccount(account, [
    postgres,
    '-D',
    data,
    ...all.flatMap((s) => ['-c', s]),
  ]);
  // In a session of its own: Ctrl-C on a terminal goes to every process of the foreground group.
  const server = spawn(program, args, {
    ...options,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ready = Promise.withResolvers<Started>();
  let lastWords = '';
  createInterface(server.stderr).on('line', (line) => {
    log(line);
    if (line.startsWith('FATAL:')) lastWords = line.slice('FATAL:'.length).trim();
    else if (!/^[A-Z]+:/.test(line)) lastWords ||= line;
    if (/ready to accept (?:read-only )?connections/.test(line)) ready.resolve({ server, ended });
  });
  const ended = once(server, 'close').then(() => lastWords || 'it ended without a word');
  return Promise.race([ready.promise, ended.then((words) => ({ lastWords: words }))]);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGINT');
  await exited;
}
