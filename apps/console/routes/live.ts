import { setTimeout as sleep } from 'node:timers/promises';
import { createGroupLimit } from '@learning-loop/async/group-limit';
import { HttpError } from '@learning-loop/service/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { getCaller } from '../auth/sign-in.ts';
import type { ConsoleContext, RouteGroup } from '../context.ts';
import { readOverview } from './overview.ts';
import { readQueues } from './queues.ts';
import { TimeRange } from './schemas.ts';

const everyMs = 2_000;
const Query = Type.Object({ window: TimeRange }, { additionalProperties: false });

/** GET /api/live/overview and /api/live/queues: server-sent events, every 2 s. */
export const sse: RouteGroup = (console) => async (server) => {
  const limit = createGroupLimit(maxStreams);
  /** Ends with its client. */
  function takePlace(request: FastifyRequest, reply: FastifyReply): void {
    const leave = limit.enter(getCaller(request).tenant_id);
    if (!leave)
      throw new HttpError(429, 'too_many_streams', 'Too many live pages are open; close some, or wait.');
    reply.raw.once('close', leave);
  }
  server.get('/api/live/overview', { schema: { querystring: Query } }, async (request, reply) => {
    takePlace(request, reply);
    await stream(reply, untilKeyEnds(console, request), () =>
      readOverview(console, getCaller(request).tenant_id, request.query.window),
    );
  });
  server.get('/api/live/queues', async (request, reply) => {
    takePlace(request, reply);
    await stream(reply, untilKeyEnds(console, request), () => readQueues(console, request));
  });
};

/** Each reads from Postgres every 2 s. */
const maxStreams = { all: 200, perGroup: 20 };

const checkKeyEveryMs = 5_000;

interface Validity {
  shutdown: AbortSignal;
  /** Whether the caller may still read what the stream sends. */
  isValid: () => Promise<boolean>;
}

/** A key that was revoked or has expired, and a session that has ended, end their streams. */
function untilKeyEnds({ gateway, signal }: ConsoleContext, request: FastifyRequest): Validity {
  const { key, tenant_id } = getCaller(request);
  let checkedAt = performance.now();
  const isValid = async () => {
    if (!request.hasSession()) return false;
    if (performance.now() - checkedAt < checkKeyEveryMs) return true;
    checkedAt = performance.now();
    return (await gateway.authenticate(key))?.tenant_id === tenant_id;
  };
  return { shutdown: signal, isValid };
}

/** A failed read ends the stream; the browser then fetches the plain route to get the error. */
async function stream(
  reply: FastifyReply,
  { shutdown, isValid }: Validity,
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
    while (!signal.aborted && (await isValid())) {
      raw.write(`data: ${JSON.stringify(await read())}\n\n`);
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  } catch (err) {
    reply.log.warn({ err }, 'live_ended');
  }
  raw.end();
}
