import type { InteractionWithSelection } from '@learning-loop/db/loop/interactions';
import type { HypothesisSelected } from '@learning-loop/events/event';
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

const memoriesAtMost = 20;

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
const Answer = Type.Object({
  interaction_id: InteractionId,
  event_id: Type.String({ format: 'uuid' }),
  enriched_prompt: Type.String(),
  tokens_estimate: Tokens,
  context_breakdown: Type.Object({ goal: Tokens, pref: Tokens, history: Tokens }),
});

/** POST /v1/execute: the pick is accepted, for good, and answered with the enriched prompt. */
export const execute: RouteGroup = (gateway) => async (server) => {
  const accept = createSelectionWriter(gateway);
  const interactions = createInteractionLoader(gateway.db);
  const recollect = createProfileLoader(gateway.db, { selections: false });
  const schema = { body: Request, response: { 200: Answer } };
  server.post('/v1/execute', { schema }, async (request) => {
    const tenant_id = getTenantId(request);
    const [choice, known] = await Promise.all([
      findSelectableInteraction(interactions, tenant_id, request.body),
      recollect({ tenant_id, user_id: request.body.user_id }),
    ]);
    if (choice.event_id !== null) return answerOf(choice);
    const event = eventOf(choice, request.body, newEventId(request));
    const answer = await promptFor(gateway, choice, event.selected_id, known);
    if (!(await accept({ event, answer, shown_at: choice.created_at })))
      return await answerOfWinner(interactions, choice, request.body);
    return { interaction_id: choice.interaction_id, event_id: event.event_id, ...answer };
  });
};

function eventOf(
  choice: InteractionWithSelection,
  { hypothesis_id, auto_advanced = false }: Request,
  event_id: string,
): HypothesisSelected {
  const { tenant_id, user_id, interaction_id, input_text, media_type, model_id } = choice;
  const { context, hypotheses, used_memories } = choice;
  return {
    schema_version: 1,
    event_id,
    occurred_at: new Date().toISOString(),
    ...{ tenant_id, user_id, interaction_id, input_text, media_type, model_id },
    ...{ context, hypotheses, used_memories, selected_id: hypothesis_id, auto_advanced },
  };
}

function answerOf({ interaction_id, event_id, answer }: InteractionWithSelection) {
  if (event_id === null || answer === null) throw new Error(`interaction ${interaction_id} has no answer`);
  return { interaction_id, event_id, ...answer };
}

/** Another call was first: its answer is ours too if its pick is. Or the user was erased meanwhile. */
async function answerOfWinner({ find }: InteractionLoader, choice: InteractionWithSelection, pick: Request) {
  const winner = await find(choice);
  if (!winner) throw notFound(pick);
  if (!isSameSelection(winner, pick)) throw selectionConflict(winner);
  return answerOf(winner);
}

async function promptFor(
  gateway: GatewayContext,
  choice: InteractionWithSelection,
  selectedId: string | null,
  known: UserProfile,
) {
  const { facets, memories } = known;
  const { tenant_id } = choice;
  const confirmed = choice.hypotheses.find(({ id }) => id === selectedId)?.question ?? null;
  const query = confirmed === null ? choice.input_text : `${choice.input_text} ${confirmed}`;
  const embeddingOf =
    memories.length > 0 ? await gateway.embeddings.get(choice, memories, [query]) : undefined;
  const wanted = { tenant_id, query, memories, limit: memoriesAtMost, embeddingOf };
  return buildPrompt({
    input_text: choice.input_text,
    confirmed,
    facets,
    memories: await retrieveMemories(gateway, wanted),
    budget: gateway.config.promptTokenBudget,
  });
}
