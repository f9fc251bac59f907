import { echo, HttpError } from '@learning-loop/service/errors';
import fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance } from 'fastify';
import { Sessions } from './auth/sessions.ts';
import { identify, signIn } from './auth/sign-in.ts';
import type { ConsoleContext } from './context.ts';
import { bullBoard } from './routes/bull-board.ts';
import { experiments } from './routes/experiments.ts';
import { proxyToGateway } from './routes/gateway-proxy.ts';
import { health } from './routes/health.ts';
import { sse } from './routes/live.ts';
import { overview } from './routes/overview.ts';
import { pageAssets } from './routes/page-assets.ts';
import { queues } from './routes/queues.ts';
import { users } from './routes/users.ts';

export async function createServer(console: ConsoleContext): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = console.log.child({ part: 'http' }, { level: 'warn' });
  const server = fastify({
    loggerInstance,
    bodyLimit: 256 * 1024,
    requestTimeout: 30_000,
    return503OnClosing: true,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1_000 },
  });
  server.addHook('onRequest', async (_request, reply) => void reply.headers(securityHeaders));
  const sessions = new Sessions();
  reportErrors(server);
  identify(server, console, sessions);
  for (const routes of [
    signIn(sessions),
    proxyToGateway,
    health,
    overview,
    queues,
    users,
    experiments,
    sse,
    bullBoard,
    pageAssets,
  ])
    await server.register(routes(console));
  return server;
}

/** Responses other than the page load and run nothing; pages set their own policy. */
const securityHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

function reportErrors(server: FastifyInstance): void {
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const { statusCode = 500, code, message } = error;
    if (statusCode >= 500) request.log.warn({ err: error }, 'request_failed');
    const body = statusCode < 500 || error instanceof HttpError ? { code, message } : unexpectedError;
    return reply.status(statusCode).send({ error: body });
  });
  server.setNotFoundHandler((request, reply) =>
    reply.status(404).send({
      error: {
        code: 'no_such_page',
        message: `There is no ${echo(request.url.split('?')[0] ?? '')} here.`,
      },
    }),
  );
}

const unexpectedError = {
  code: 'not_read',
  message: 'This could not be read; is Postgres up? The log says more.',
};
