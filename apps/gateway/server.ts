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
import { createComparer } from './hypotheses/comparer.ts';
import { createMemoryArchive } from './hypotheses/memory-archive.ts';
import { openApiOptions } from './openapi/document.ts';
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
/** In encoded characters: each character of a user id may take up to twelve. */
const maxParamLength = 4_000;

/** `when`: the thresholds for load shedding. */
export async function createServer(
  parts: Omit<GatewayContext, 'comparer' | 'archive'>,
  when = overload,
): Promise<FastifyInstance> {
  const comparer = createComparer();
  const gateway: GatewayContext = { ...parts, comparer, archive: createMemoryArchive(parts.db, comparer) };
  const loggerInstance: FastifyBaseLogger = gateway.log.child({ part: 'http' }, { level: 'warn' });
  const server = fastify({
    loggerInstance,
    bodyLimit: maxBodyBytes,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    http: { connectionsCheckingInterval: slowRequestCheckMs },
    // Requests during shutdown are still served; the closed connection tells clients to go elsewhere.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength },
    frameworkErrors: reportUnroutable,
  });
  server.addHook('onClose', () => gateway.comparer[Symbol.asyncDispose]());
  server.setValidatorCompiler(validatorCompiler);
  registerJsonParser(server);
  registerErrorHandler(server);
  registerHttpMetrics(server, gateway.metrics);
  await registerSecurity(server, gateway, when);
  await registerDocs(server);
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

async function registerDocs(server: FastifyInstance): Promise<void> {
  await server.register(swagger, openApiOptions);
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { persistAuthorization: true, tryItOutEnabled: true },
  });
}
