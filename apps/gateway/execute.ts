import type { Choice } from '@learning-loop/db/interactions';
import { findInteraction } from '@learning-loop/db/interactions';
import { newId } from '@learning-loop/events/id';
import { buildPrompt } from '@learning-loop/learning/prompt';
import { recall } from '@learning-loop/learning/recall';
import { Type } from 'typebox';
import { accept } from './accept.ts';
import { alreadyPicked, chosenInteraction, madeBy } from './chosen-interaction.ts';
import { InputText, InteractionId, UserId } from './fields.ts';
import type { Gateway, Routes } from './gateway.ts';
import { recollect } from './known.ts';
import { tenantOf } from './tenant.ts';

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
export const execute: Routes = (gateway) => async (server) => {
  const schema = { body: Request, response: { 200: Answer } };
  server.post('/v1/execute', { schema }, async (request) => {
    const tenantId = tenantOf(request);
    const choice = await chosenInteraction(gateway.db, tenantId, request.body);
    if (choice.event_id !== null) return answerOf(choice);
    const prompt = await promptFor(gateway, choice, request.body.hypothesis_id);
    const event_id = newId();
    const accepted = await accept(gateway, choice, { event_id, ...pickOf(request.body), answer: prompt });
    if (accepted) return { interaction_id: choice.interaction_id, event_id, ...prompt };
    return await answerOfWinner(gateway, choice, request.body);
  });
};

const pickOf = ({ hypothesis_id, auto_advanced = false }: Request) => ({
  selected_id: hypothesis_id,
  auto_advanced,
});

function answerOf({ interaction_id, event_id, answer }: Choice) {
  if (event_id === null || answer === null) throw new Error(`interaction ${interaction_id} has no answer`);
  return { interaction_id, event_id, ...answer };
}

/** Another call for the same interaction was first: its answer is ours too if its pick is. */
async function answerOfWinner({ db }: Gateway, choice: Choice, pick: Request) {
  const winner = await findInteraction(db, choice.tenant_id, choice.interaction_id);
  if (!winner || !madeBy(winner, pick)) throw alreadyPicked(winner ?? choice);
  return answerOf(winner);
}

async function promptFor({ db, config }: Gateway, choice: Choice, hypothesisId: string | null) {
  const known = await recollect(db, choice.tenant_id, choice.user_id);
  const confirmed = choice.hypotheses.find(({ id }) => id === hypothesisId)?.question ?? null;
  const query = confirmed === null ? choice.input_text : `${choice.input_text} ${confirmed}`;
  return buildPrompt({
    input_text: choice.input_text,
    confirmed,
    facets: known.facets,
    memories: recall(query, known.memories, new Date(), memoriesAtMost),
    budget: config.promptTokenBudget,
  });
}
