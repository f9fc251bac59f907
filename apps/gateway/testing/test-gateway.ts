import { connectDb } from '@learning-loop/db/connect';
import { connectPublisher } from '@learning-loop/queue/producer/publisher';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import pino, { type Logger } from 'pino';
import { Registry } from 'prom-client';
import { readConfig } from '../config.ts';
import type { Overload } from '../http/load-shedding.ts';
import { createServer } from '../server.ts';
import { connectModels } from '../start.ts';

/** A slow machine must not fail tests. */
const anyDelay: Overload = { maxDelayMs: 0, sampleMs: 5_000 };

interface TestOptions {
  log?: Logger;
  overload?: Overload;
}

/** On its own database, which holds the queues, too; it does not listen, and there are no consumers. */
export async function gatewayForTest(
  env: NodeJS.ProcessEnv = {},
  { log = pino({ level: 'silent' }), overload = anyDelay }: TestOptions = {},
) {
  const resources = new AsyncDisposableStack();
  const config = readConfig({ DATABASE_URL: await databaseForTest(), EXPLORATION_RATE: '0', ...env });
  const metrics = new Registry();
  // The server uses its own role, the test the owner's.
  const db = resources.use(connectDb(config.databaseUrl));
  const servedDb = resources.use(connectDb(config.databaseUrl, { role: 'learning_loop_gateway' }));
  const publisher = resources.use(connectPublisher(config, log, metrics));
  const use = <T extends AsyncDisposable>(resource: T) => resources.use(resource);
  const models = connectModels({ config, log, metrics, use }, servedDb);
  const server = use(
    await createServer({ config, db: servedDb, ...models, log, metrics, publisher }, overload),
  );
  return {
    db,
    server,
    get: async (url: string) => toJson(await server.inject({ method: 'GET', url })),
    post: async (url: string, body: object) => toJson(await server.inject({ method: 'POST', url, body })),
    patch: async (url: string, body: object) => toJson(await server.inject({ method: 'PATCH', url, body })),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

// Tests read responses without our types, like any client.
// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

interface Response {
  statusCode: number;
  json(): Json;
}

const toJson = (response: Response): { status: number; body: Json } => ({
  status: response.statusCode,
  body: response.json(),
});
