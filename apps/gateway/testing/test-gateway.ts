import { connectDb } from '@learning-loop/db/connect';
import { connectPublisher } from '@learning-loop/queue/producer/publisher';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import pino, { type Logger } from 'pino';
import { Registry } from 'prom-client';
import { readConfig } from '../config.ts';
import type { Overload } from '../http/load-shedding.ts';
import { createServer } from '../server.ts';
import { connectModels, gatewayRole } from '../start.ts';

/** A machine that is slow for other reasons fails no test. */
const anyDelay: Overload = { longestDelayMs: 0, meanOfMs: 5_000 };

interface Unusual {
  log?: Logger;
  when?: Overload;
}

/** A gateway on a database of its own, with the queues on it; nobody listens and nobody consumes. */
export async function gatewayForTest(
  env: NodeJS.ProcessEnv = {},
  { log = pino({ level: 'silent' }), when = anyDelay }: Unusual = {},
) {
  const resources = new AsyncDisposableStack();
  const config = readConfig({ DATABASE_URL: await databaseForTest(), EXPLORATION_RATE: '0', ...env });
  const metrics = new Registry();
  // The server works under its own role, the test under the owner's.
  const db = resources.use(connectDb(config.databaseUrl));
  const served = resources.use(connectDb(config.databaseUrl, { role: gatewayRole }));
  const publisher = resources.use(connectPublisher(config, log, metrics));
  const use = <T extends AsyncDisposable>(resource: T) => resources.use(resource);
  const models = connectModels({ config, log, metrics, use }, served);
  const server = use(await createServer({ config, db: served, ...models, log, metrics, publisher }, when));
  return {
    db,
    server,
    get: async (url: string) => answerOf(await server.inject({ method: 'GET', url })),
    post: async (url: string, body: object) => answerOf(await server.inject({ method: 'POST', url, body })),
    patch: async (url: string, body: object) => answerOf(await server.inject({ method: 'PATCH', url, body })),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

// The tests read answers as any client would: without our types.
// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

interface Answer {
  statusCode: number;
  json(): Json;
}

const answerOf = (response: Answer): { status: number; body: Json } => ({
  status: response.statusCode,
  body: response.json(),
});
