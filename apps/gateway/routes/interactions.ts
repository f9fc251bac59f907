import type { Tx } from '@learning-loop/db/connect';
import { findInteraction, type InteractionWithSelection } from '@learning-loop/db/loop/interactions';
import { eventStatus } from '@learning-loop/db/loop/outbox';
import { asTenant } from '@learning-loop/db/transactions';
import { listInteractionMemories } from '@learning-loop/db/users/memories';
import { findPersonaUpdate } from '@learning-loop/db/users/personas';
import { FacetDeltas, Facets, Hypothesis, noneConfidence } from '@learning-loop/events/fields';
import type { Consumer } from '@learning-loop/events/routes';
import { HttpError } from '@learning-loop/service/errors';
import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { RouteGroup } from '../context.ts';
import { InteractionId } from '../http/validation.ts';

const Params = Type.Object({ interaction_id: InteractionId }, { additionalProperties: false });
const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const State = Type.Object({
  status: Type.String({ description: 'pending, learned, or dead_lettered' }),
  error: Type.Optional(Type.String()),
});
const Learned = Type.Object({
  'training-log': State,
  memory: Type.Object({
    ...State.properties,
    memories: Type.Array(
      Type.Object({
        memory_id: Type.String(),
        type: Type.String(),
        content: Type.String(),
        confidence: Type.Number(),
      }),
    ),
  }),
  persona: Type.Object({
    ...State.properties,
    facet_deltas: Type.Optional(FacetDeltas),
    new_facets: Type.Optional(Facets),
    decided_by: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String()),
  }),
});

const Response = Type.Object({
  interaction_id: Type.String(),
  user_id: Type.String(),
  status: Type.String({ description: 'open or selected' }),
  input_text: Type.String(),
  media_type: Type.String(),
  created_at: Type.String(),
  model_id: Type.String(),
  hypotheses: Type.Array(Hypothesis),
  none_confidence: Type.Number({ description: 'Chance that the user selects none of these' }),
  auto_advance: Type.Boolean(),
  event_id: Nullable(Type.String()),
  selected_id: Nullable(Type.String()),
  selected_at: Nullable(Type.String()),
  auto_advanced: Nullable(Type.Boolean()),
  learned: Type.Boolean({ description: 'Every consumer has learned from the pick' }),
  learning: Nullable(Learned),
});

/** GET /v1/interactions/:id: hypotheses, selection, and what each consumer learned from it. */
export const interactions: RouteGroup = (gateway) => async (server) => {
  const schema = { params: Params, response: { 200: Response } };
  server.get('/v1/interactions/:interaction_id', { schema }, async (request) => {
    const { interaction_id } = request.params;
    const tenantId = getTenantId(request);
    const { interaction, learning } = await asTenant(gateway.db, tenantId, async (tx) => {
      const row = await findInteraction(tx, tenantId, interaction_id);
      const event = row?.event_id ?? null;
      return {
        interaction: row,
        learning: row && event !== null ? await loadLearning(tx, row, event) : null,
      };
    });
    if (!interaction)
      throw new HttpError(404, 'no_such_interaction', `There is no interaction ${interaction_id}.`);
    return {
      ...interaction,
      none_confidence: noneConfidence(interaction.hypotheses),
      status: interaction.event_id === null ? 'open' : 'selected',
      created_at: interaction.created_at.toISOString(),
      selected_at: interaction.selected_at?.toISOString() ?? null,
      learned: learning !== null && Object.values(learning).every(({ status }) => status === 'learned'),
      learning,
    };
  });
};

async function loadLearning(
  db: Tx,
  interaction: InteractionWithSelection,
  event_id: string,
): Promise<Type.Static<typeof Learned>> {
  const { tenant_id, user_id, interaction_id } = interaction;
  // The status is read first, so that what it reports as learned is then found.
  const state = await eventStatus(db, event_id);
  const [memories, update] = await Promise.all([
    listInteractionMemories(db, tenant_id, interaction_id),
    findPersonaUpdate(db, { tenant_id, user_id, event_id }),
  ]);
  const toState = (consumer: Consumer) => {
    const failure = state.failed.find((failed) => failed.consumer === consumer);
    if (failure) return { status: 'dead_lettered', error: failure.error };
    return { status: state.pending.includes(consumer) ? 'pending' : 'learned' };
  };
  return {
    'training-log': toState('training-log'),
    memory: { ...toState('memory'), memories },
    persona: { ...toState('persona'), ...update },
  };
}
