import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { GatewayContext } from './context.ts';
import { registerErrorHandler, reportUnroutable } from './http/error-handler.ts';
import { registerJsonParser } from './http/json-parser.ts';
import { overload } from './http/load-shedding.ts';
import { registerHttpMetrics } from './http/metrics.ts';
import { registerSecurity, slowRequestCheckMs } from './http/security.ts';
import { validatorCompiler } from './http/validation.ts';
import { deadLetters } from './routes/dead-letters.ts';
import { execute } from './routes/execute.ts';
import { experiments } from './routes/experiments.ts';
import { feedback } from './routes/feedback.ts';
import { health } from './routes/health.ts';
import { hypothesize } from './routes/hypothesize.ts';
import { interactions } from './routes/interactions.ts';
import { learning } from './routes/learning-metrics.ts';
import { correctMemories, memories } from './routes/memories.ts';
import { models } from './routes/models.ts';
import { session } from './routes/session.ts';
import { training } from './routes/training.ts';
import { erasure, userData, users } from './routes/users.ts';

const maxBodyBytes = 256 * 1024;
/** Of one part of a path, as it is sent: of a user's id each character may be percent-encoded as twelve. */
const longestParam = 4_000;

/** The HTTP API, ready to listen; it sheds load `when` it cannot keep up. */
export async function createServer(gateway: GatewayContext, when = overload): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = gateway.log.child({ part: 'http' }, { level: 'warn' });
  const server = fastify({
    loggerInstance,
    bodyLimit: maxBodyBytes,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    http: { connectionsCheckingInterval: slowRequestCheckMs },
    // What comes while it closes is served still: its caller learns by the closed connection where not to call.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: longestParam },
    frameworkErrors: reportUnroutable,
  });
  server.setValidatorCompiler(validatorCompiler);
  registerJsonParser(server);
  registerErrorHandler(server);
  registerHttpMetrics(server, gateway.metrics);
  await registerSecurity(server, gateway, when);
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
