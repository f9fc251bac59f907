import { findInteraction } from '@learning-loop/db/loop/interactions';
import { insertEvents, type Undated } from '@learning-loop/db/loop/outbox';
import { asTenant } from '@learning-loop/db/transactions';
import { insertFeedback } from '@learning-loop/db/users/feedback';
import { type FeedbackGiven, FeedbackType } from '@learning-loop/events/event';
import { HttpError } from '@learning-loop/service/errors';
import { newEventId, traceAcceptance } from '@learning-loop/service/observability/tracing';
import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { GatewayContext, RouteGroup } from '../context.ts';
import { userErased } from '../http/error-handler.ts';
import { InteractionId, UserId } from '../http/validation.ts';
import { publishEvents } from '../selections/accept-selection.ts';

const Request = Type.Object(
  {
    user_id: UserId,
    interaction_id: InteractionId,
    type: FeedbackType,
    value: Type.Optional(
      Type.Union([Type.String({ maxLength: 8_000, format: 'text' }), Type.Number(), Type.Null()], {
        description: '1 to 5 for a rating, text for a comment; for thumbs a reason or nothing',
      }),
    ),
  },
  { additionalProperties: false },
);
type Request = Type.Static<typeof Request>;

const Response = Type.Object({ event_id: Type.String({ format: 'uuid' }) });

/** POST /v1/feedback. */
export const feedback: RouteGroup = (gateway) => async (server) => {
  const schema = { body: Request, response: { 202: Response } };
  server.post('/v1/feedback', { schema }, async (request, reply) => {
    requireValue(request.body);
    const tenantId = getTenantId(request);
    const { created_at } = await requireInteraction(gateway, tenantId, request.body);
    const event = toEvent(tenantId, request.body, newEventId(request));
    await acceptFeedback(gateway, event, created_at);
    return reply.status(202).send({ event_id: event.event_id });
  });
};

function requireValue({ type, value }: Request): void {
  const isRating = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 5;
  if (type === 'rating' && !isRating) throw invalidValue('a whole number from 1 to 5 for a rating');
  if (type === 'comment' && typeof value !== 'string') throw invalidValue('text for a comment');
  if (type.startsWith('thumbs') && typeof value === 'number')
    throw invalidValue('text or absent for a thumb');
}

const invalidValue = (expected: string) =>
  new HttpError(400, 'invalid_request', `value must be ${expected}.`);

async function requireInteraction({ db }: GatewayContext, tenantId: string, request: Request) {
  const interaction = await asTenant(db, tenantId, (tx) =>
    findInteraction(tx, tenantId, request.interaction_id),
  );
  if (interaction?.user_id === request.user_id) return interaction;
  throw new HttpError(
    404,
    'no_such_interaction',
    `This user has no interaction ${request.interaction_id}; send the interaction_id that /v1/hypothesize answered.`,
  );
}

function toEvent(
  tenantId: string,
  { user_id, interaction_id, type, value = null }: Request,
  event_id: string,
): Undated<FeedbackGiven> {
  const envelope = { schema_version: 1 as const, event_id, tenant_id: tenantId };
  return { ...envelope, user_id, interaction_id, type, value };
}

async function acceptFeedback(
  gateway: GatewayContext,
  event: Undated<FeedbackGiven>,
  shownAt: Date,
): Promise<void> {
  const from = Date.now();
  const { tenant_id, event_id, user_id, interaction_id, type, value } = event;
  await asTenant(gateway.db, tenant_id, async (tx) => {
    const row = { tenant_id, event_id, user_id, interaction_id, type };
    const stored = { ...row, value: JSON.stringify(value) };
    if (!(await insertFeedback(tx, stored, shownAt))) throw userErased();
    await insertEvents(tx, [{ name: 'feedback.given', event }]);
  });
  publishEvents(gateway, [{ event: 'feedback.given', event_id }]);
  traceAcceptance(event_id, {
    name: 'accept the feedback',
    from,
    to: Date.now(),
    attributes: { interaction_id },
  });
}
