import { connectDb } from '@learning-loop/db/connect';
import { connectPublisher } from '@learning-loop/queue/publish';
import { databaseForTest } from '@learning-loop/testing/postgres';
import pino from 'pino';
import { Registry } from 'prom-client';
import { readConfig } from './config.ts';
import { connectModels } from './connect-models.ts';
import { createServer } from './server.ts';

/** A gateway on a database of its own, with the queues on it; nobody listens and nobody consumes. */
export async function gatewayForTest(env: NodeJS.ProcessEnv = {}) {
  const resources = new AsyncDisposableStack();
  const config = readConfig({ DATABASE_URL: await databaseForTest(), EXPLORATION_RATE: '0', ...env });
  const log = pino({ level: 'silent' });
  const metrics = new Registry();
  const db = resources.use(connectDb(config.databaseUrl));
  const publisher = resources.use(connectPublisher(config, log, metrics));
  const use = <T extends AsyncDisposable>(resource: T) => resources.use(resource);
  const models = connectModels({ config, log, metrics, use }, db);
  const server = use(await createServer({ config, db, ...models, log, metrics, publisher }));
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
