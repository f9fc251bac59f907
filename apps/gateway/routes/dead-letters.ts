import { listDeadLetters, replayDeadLetter } from '@learning-loop/db/loop/dead-letters';
import { asTenant } from '@learning-loop/db/transactions';
import { HttpError } from '@learning-loop/service/errors';
import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { GatewayContext, RouteGroup } from '../context.ts';

const maxListed = 200;
const maxReplayed = 1_000;

const Params = Type.Object(
  { dead_letter_id: Type.String({ format: 'uuid' }) },
  { additionalProperties: false },
);

const Instant = Type.String({ format: 'date-time' });
const DeadLetter = Type.Object({
  dead_letter_id: Type.String(),
  event_id: Type.String(),
  event: Type.String(),
  consumer: Type.String({ description: 'Which consumer gave up on the event' }),
  user_id: Type.String(),
  error: Type.String(),
  attempts: Type.Integer(),
  first_failed_at: Instant,
  last_failed_at: Instant,
});
const Listed = Type.Object({ dead_letters: Type.Array(DeadLetter) });

const Replayed = Type.Object({ replayed: Type.Integer({ description: 'Dead letters that are owed again' }) });

/** GET /v1/dead-letters; POST …/:dead_letter_id/replay and /v1/dead-letters/replay, which replay each one once. */
export const deadLetters: RouteGroup = (gateway) => async (server) => {
  server.get('/v1/dead-letters', { schema: { response: { 200: Listed } } }, async (request) => {
    const rows = await loadDeadLetters(gateway, getTenantId(request), maxListed);
    return { dead_letters: rows.map(toResponse) };
  });

  const one = { schema: { params: Params, response: { 202: Replayed } } };
  server.post('/v1/dead-letters/:dead_letter_id/replay', one, async (request, reply) => {
    const { dead_letter_id } = request.params;
    if (!(await replay(gateway, getTenantId(request), dead_letter_id))) throw notFound(dead_letter_id);
    return reply.status(202).send({ replayed: 1 });
  });

  server.post(
    '/v1/dead-letters/replay',
    { schema: { response: { 202: Replayed } } },
    async (request, reply) => {
      const tenantId = getTenantId(request);
      const rows = await loadDeadLetters(gateway, tenantId, maxReplayed);
      let replayed = 0;
      for (const { dead_letter_id } of rows) {
        if (await replay(gateway, tenantId, dead_letter_id)) replayed += 1;
      }
      return reply.status(202).send({ replayed });
    },
  );
};

const loadDeadLetters = ({ db }: GatewayContext, tenantId: string, limit: number) =>
  asTenant(db, tenantId, (tx) => listDeadLetters(tx, tenantId, limit));

/** Returns false if it was replayed already. */
async function replay(
  { db, publisher, log }: GatewayContext,
  tenantId: string,
  id: string,
): Promise<boolean> {
  const replayed = await asTenant(db, tenantId, (tx) => replayDeadLetter(tx, tenantId, id));
  if (!replayed) return false;
  const { consumer, ...event } = replayed;
  log.info({ ...event, consumer }, 'dead_letter_replayed');
  publisher.publish([event], consumer).catch((err: unknown) => log.debug({ err }, 'left_to_sweeper'));
  return true;
}

function toResponse({
  payload: _private,
  tenant_id: _own,
  ...deadLetter
}: Awaited<ReturnType<typeof listDeadLetters>>[number]) {
  return {
    ...deadLetter,
    first_failed_at: deadLetter.first_failed_at.toISOString(),
    last_failed_at: deadLetter.last_failed_at.toISOString(),
  };
}

const notFound = (id: string) =>
  new HttpError(
    404,
    'no_such_dead_letter',
    `There is no dead letter ${id}; GET /v1/dead-letters lists them.`,
  );
