import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { HttpError } from '@learning-loop/service/errors';
import { isOperator } from '../auth/sign-in.ts';
import type { ConsoleContext, RouteGroup } from '../context.ts';

type Queue = ConstructorParameters<typeof BullMQAdapter>[0];

/**
 * All tenants share the queues, so both boards are for the operator alone. /bull-board is read-only; on /bull-board-admin
 * jobs can be retried, promoted and cleaned. That loses nothing, since pending events stay in the outbox and are
 * published again.
 */
export const bullBoard: RouteGroup = (console) => async (server) => {
  server.addHook('onSend', async (_request, reply, payload) => {
    reply.headers({ 'content-security-policy': policy, 'x-content-type-options': 'nosniff' });
    return typeof payload === 'string' ? payload.replace(webFonts, '') : payload;
  });
  server.addHook('onRequest', async (request) => {
    if (isOperator(request, console.config)) return;
    throw new HttpError(
      403,
      'operator_needed',
      'The queues are those of all tenants; this needs a key of an admin of the tenant in OPERATOR_TENANT.',
    );
  });
  await server.register(createBoard(console, '/bull-board', readOnly));
  await server.register(createBoard(console, '/bull-board-admin', {}));
};

const readOnly = { readOnlyMode: true, allowRetries: false };

function createBoard({ queues, log }: ConsoleContext, basePath: string, options: Partial<typeof readOnly>) {
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(basePath);
  const { replaceQueues } = createBullBoard({
    queues: [],
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Queues' } },
  });
  queues.opened
    .then((opened) => replaceQueues(opened.map((queue) => new BullMQAdapter(queue as Queue, options))))
    .catch((err: unknown) => log.debug({ err }, 'queues_not_shown'));
  return async (server: Parameters<ReturnType<RouteGroup>>[0]) => {
    await server.register(serverAdapter.registerPlugin(), { prefix: basePath });
  };
}

/** The page loads Google fonts; it must not contact other hosts. */
const webFonts = /<link[^>]+fonts\.googleapis\.com[^>]+>/gu;
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'";
