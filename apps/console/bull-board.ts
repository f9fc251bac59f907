import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Routes } from './console.ts';

type Queue = ConstructorParameters<typeof BullMQAdapter>[0];
const basePath = '/bull-board';

/** /bull-board: single jobs, to be looked at and not touched. */
export const bullBoard: Routes =
  ({ queues, log }) =>
  async (server) => {
    const serverAdapter = new FastifyAdapter();
    serverAdapter.setBasePath(basePath);
    const board = createBullBoard({
      queues: [],
      serverAdapter,
      options: { uiConfig: { boardTitle: 'Queues' } },
    });
    queues.opened
      .then((opened) => board.replaceQueues(opened.map((queue) => readOnly(queue as Queue))))
      .catch((err: unknown) => log.debug({ err }, 'queues_not_shown'));

    server.addHook('onSend', async (_request, reply, payload) => {
      reply.header('content-security-policy', policy);
      return typeof payload === 'string' ? payload.replace(webFonts, '') : payload;
    });
    await server.register(serverAdapter.registerPlugin(), { prefix: basePath });
  };

const readOnly = (queue: Queue) => new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false });

/** Its page asks Google for fonts; no request leaves this host. */
const webFonts = /<link[^>]+fonts\.googleapis\.com[^>]+>/gu;
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'";
