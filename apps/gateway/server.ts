import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { correctMemories } from './correct-memories.ts';
import { deadLetters } from './dead-letters.ts';
import { erasure } from './erasure.ts';
import { execute } from './execute.ts';
import { experiments } from './experiments.ts';
import { feedback } from './feedback.ts';
import type { Gateway } from './gateway.ts';
import { health } from './health.ts';
import { hypothesize } from './hypothesize.ts';
import { interactions } from './interactions.ts';
import { learning } from './learning-metrics.ts';
import { measureRequests } from './measure-requests.ts';
import { memories } from './memories.ts';
import { models } from './models.ts';
import { parseJsonStrictly } from './parse-json.ts';
import { lookForSlowMs, protect } from './protect.ts';
import { reportErrors, reportUnroutable } from './report-errors.ts';
import { session } from './session.ts';
import { overload } from './shed-load.ts';
import { training } from './training.ts';
import { userData } from './user-data.ts';
import { users } from './users.ts';
import { validatorCompiler } from './validation.ts';

const maxBodyBytes = 256 * 1024;
/** Of one part of a path, as it is sent: of a user's id each character may be percent-encoded as twelve. */
const longestParam = 4_000;

/** The HTTP API, ready to listen; it sheds load `when` it cannot keep up. */
export async function createServer(gateway: Gateway, when = overload): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = gateway.log.child({ part: 'http' }, { level: 'warn' });
  const server = fastify({
    loggerInstance,
    bodyLimit: maxBodyBytes,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    http: { connectionsCheckingInterval: lookForSlowMs },
    // What comes while it closes is served still: its caller learns by the closed connection where not to call.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: longestParam },
    frameworkErrors: reportUnroutable,
  });
  server.setValidatorCompiler(validatorCompiler);
  parseJsonStrictly(server);
  reportErrors(server);
  measureRequests(server, gateway.metrics);
  await protect(server, gateway, when);
  await describe(server);
  for (const routes of [
    hypothesize,
    execute,
    feedback,
    interactions,
    users,
    memories,
    correctMemories,
    training,
    models,
    experiments,
    learning,
    erasure,
    userData,
    deadLetters,
    session,
    health,
  ]) {
    await server.register(routes(gateway));
  }
  return server;
}

async function describe(server: FastifyInstance): Promise<void> {
  await server.register(swagger, {
    openapi: { info: { title: 'Learning loop', version: '1', description: 'Hypothesize, pick, learn.' } },
  });
  await server.register(swaggerUi, { routePrefix: '/docs' });
}
