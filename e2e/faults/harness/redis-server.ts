import { mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { until } from 'standalone/demo/wait';
import { killProcess, type Running, startProcess } from './process.ts';

/** With an append-only file. */
export interface RedisServer extends AsyncDisposable {
  url: string;
  port: number;
  /** Returns the first chunk of the response. */
  command(...words: string[]): Promise<string>;
  start(): Promise<void>;
  /** A clean shutdown, which flushes the file. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Kills it and deletes its data. */
  lose(): Promise<void>;
  send(signal: NodeJS.Signals): void;
}

const START_MS = 15_000;
/** Redis does not answer while a busy disk blocks it. */
const ANSWER_MS = 30_000;

export async function startRedis(
  directory: string,
  { settings = [], prefix = [] }: { settings?: string[]; prefix?: string[] } = {},
): Promise<RedisServer> {
  const port = await freePort();
  await mkdir(directory, { recursive: true });
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'yes'];
  const launch = () =>
    startProcess([...prefix, 'redis-server', ...flags, '--dir', directory, ...settings], {
      cwd: directory,
      log: path.join(directory, 'redis.log'),
    });
  let running: Running | undefined;

  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    port,
    command: (...words) => askRedis(port, words),
    async start() {
      running = launch();
      const pong = () =>
        askRedis(port, ['PING']).then((answer) => (answer.startsWith('+PONG') ? true : null));
      await until(() => pong().catch(() => null), START_MS, 'redis-server does not answer.');
    },
    async stop() {
      running?.send('SIGTERM');
      await running?.ended;
      running = undefined;
    },
    async kill() {
      if (running) await killProcess(running);
      running = undefined;
    },
    async lose() {
      await server.kill();
      await rm(path.join(directory, 'appendonlydir'), { recursive: true, force: true });
    },
    send: (signal) => running?.send(signal),
    [Symbol.asyncDispose]: () => server.kill(),
  };
  await server.start();
  return server;
}

/** Returns the first chunk of the response. */
export function askRedis(port: number, words: string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('Redis does not answer.')));
  socket.once('error', reject);
  socket.once('data', (bytes) => {
    socket.destroy();
    resolve(bytes.toString());
  });
  const bulk = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  socket.write(`*${words.length}\r\n${bulk.join('')}`);
  return promise;
}
