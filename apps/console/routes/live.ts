import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { getCaller } from '../auth/sign-in.ts';
import type { RouteGroup } from '../context.ts';
import { readOverview } from './overview.ts';
import { readQueues } from './queues.ts';
import { TimeRange } from './schemas.ts';

const everyMs = 2_000;
const Query = Type.Object({ window: TimeRange }, { additionalProperties: false });

/** GET /api/live/overview and /api/live/queues: server-sent events, every 2 s. */
export const sse: RouteGroup = (console) => async (server) => {
  server.get('/api/live/overview', { schema: { querystring: Query } }, (request, reply) =>
    stream(reply, console.signal, () =>
      readOverview(console, getCaller(request).tenant_id, request.query.window),
    ),
  );
  server.get('/api/live/queues', (request, reply) =>
    stream(reply, console.signal, () => readQueues(console, getCaller(request).tenant_id)),
  );
};

/** A failed read ends the stream; the browser then fetches the plain route to get the error. */
async function stream(
  reply: FastifyReply,
  shutdown: AbortSignal,
  read: () => Promise<object>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  const disconnected = new AbortController();
  raw.on('close', () => disconnected.abort());
  const signal = AbortSignal.any([disconnected.signal, shutdown]);
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  try {
    while (!signal.aborted) {
      raw.write(`data: ${JSON.stringify(await read())}\n\n`);
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  } catch (err) {
    reply.log.warn({ err }, 'live_ended');
  }
  raw.end();
}
