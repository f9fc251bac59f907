import type { InteractionWithSelection } from '@learning-loop/db/loop/interactions';
import type { NewSelection } from '@learning-loop/db/loop/selections';
import { buildPrompt } from '@learning-loop/learning/prompt';
import { newEventId } from '@learning-loop/service/observability/tracing';
import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { GatewayContext, RouteGroup } from '../context.ts';
import { InputText, InteractionId, UserId } from '../http/validation.ts';
import { retrieveMemories } from '../hypotheses/retrieve-memories.ts';
import { createProfileLoader, type UserProfile } from '../hypotheses/user-profile.ts';
import { createSelectionWriter } from '../selections/accept-selection.ts';
import {
  createInteractionLoader,
  findSelectableInteraction,
  type InteractionLoader,
  isSameSelection,
  notFound,
  selectionConflict,
} from '../selections/find-interaction.ts';

const maxMemories = 20;

const Request = Type.Object(
  {
    user_id: UserId,
    input_text: InputText,
    hypothesis_id: Type.Union([Type.String({ minLength: 1, maxLength: 20 }), Type.Null()], {
      description: 'The id of the hypothesis picked; null for none of these',
    }),
    interaction_id: Type.Optional(InteractionId),
    auto_advanced: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
type Request = Type.Static<typeof Request>;

const Tokens = Type.Integer({ minimum: 0 });
const Response = Type.Object({
  interaction_id: InteractionId,
  event_id: Type.String({ format: 'uuid' }),
  enriched_prompt: Type.String(),
  tokens_estimate: Tokens,
  context_breakdown: Type.Object({ goal: Tokens, pref: Tokens, history: Tokens }),
});

/** POST /v1/execute: accepts a selection durably and returns the enriched prompt. */
export const execute: RouteGroup = (gateway) => async (server) => {
  const accept = createSelectionWriter(gateway);
  const interactions = createInteractionLoader(gateway.db);
  const loadProfile = createProfileLoader(gateway, { selections: false });
  const schema = { body: Request, response: { 200: Response } };
  server.post('/v1/execute', { schema }, async (request) => {
    const tenant_id = getTenantId(request);
    const [interaction, profile] = await Promise.all([
      findSelectableInteraction(interactions, tenant_id, request.body),
      loadProfile({ tenant_id, user_id: request.body.user_id }),
    ]);
    if (interaction.event_id !== null) return toResponse(interaction);
    const event = toEvent(interaction, request.body, newEventId(request));
    const prompt = await enrichPrompt(gateway, interaction, event.selected_id, profile);
    if (!(await accept({ event, answer: prompt, shown_at: interaction.created_at })))
      return await loadWinnerResponse(interactions, interaction, request.body);
    return { interaction_id: interaction.interaction_id, event_id: event.event_id, ...prompt };
  });
};

function toEvent(
  interaction: InteractionWithSelection,
  { hypothesis_id, auto_advanced = false }: Request,
  event_id: string,
): NewSelection['event'] {
  const { tenant_id, user_id, interaction_id, input_text, media_type, model_id } = interaction;
  const { context, hypotheses, used_memories } = interaction;
  return {
    schema_version: 1,
    event_id,
    ...{ tenant_id, user_id, interaction_id, input_text, media_type, model_id },
    ...{ context, hypotheses, used_memories, selected_id: hypothesis_id, auto_advanced },
  };
}

function toResponse({ interaction_id, event_id, answer: prompt }: InteractionWithSelection) {
  if (event_id === null || prompt === null) throw new Error(`interaction ${interaction_id} has no answer`);
  return { interaction_id, event_id, ...prompt };
}

/** Another request was first. The same selection gets its response; or the user was erased meanwhile. */
async function loadWinnerResponse(
  { find }: InteractionLoader,
  interaction: InteractionWithSelection,
  request: Request,
) {
  const winner = await find(interaction);
  if (!winner) throw notFound(request);
  if (!isSameSelection(winner, request)) throw selectionConflict(winner);
  return toResponse(winner);
}

async function enrichPrompt(
  gateway: GatewayContext,
  interaction: InteractionWithSelection,
  selectedId: string | null,
  profile: UserProfile,
) {
  const { facets, memories } = profile;
  const { tenant_id, user_id } = interaction;
  const all = await gateway.archive.list({ tenant_id, user_id }, memories);
  const confirmed = interaction.hypotheses.find(({ id }) => id === selectedId)?.question ?? null;
  const query = confirmed === null ? interaction.input_text : `${interaction.input_text} ${confirmed}`;
  const embeddingOf =
    memories.length > 0 ? await gateway.embeddings.get(interaction, all, [query]) : undefined;
  const retrieval = { tenant_id, user_id, query, memories, ofAll: true, limit: maxMemories, embeddingOf };
  return buildPrompt({
    input_text: interaction.input_text,
    confirmed,
    facets,
    memories: await retrieveMemories(gateway, retrieval),
    budget: gateway.config.promptTokenBudget,
  });
}
