import { insertInteraction } from '@learning-loop/db/interactions';
import { type ShownHypothesis, UserContext } from '@learning-loop/events/fields';
import { newId } from '@learning-loop/events/id';
import { autoAdvance } from '@learning-loop/learning/calibrate';
import { display } from '@learning-loop/learning/display';
import { type Ranked, rank } from '@learning-loop/learning/rank';
import { recall } from '@learning-loop/learning/recall';
import { Type } from 'typebox';
import { InputText, InteractionId, UserId } from './fields.ts';
import type { Gateway, Routes } from './gateway.ts';
import { contentsOf, contextOf, type Known, recollect } from './known.ts';
import { tenantOf } from './tenant.ts';

const shownByDefault = 3;
const memoriesUsed = 10;

const Request = Type.Object(
  {
    user_id: UserId,
    input_text: InputText,
    media_type: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: '^[\\w.+/-]+$' })),
    candidates: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 2_000, format: 'text' }), {
        minItems: 2,
        maxItems: 10,
        description: 'Hypotheses of your own: all are returned, ranked',
      }),
    ),
  },
  { additionalProperties: false },
);
type Request = Type.Static<typeof Request>;

const Answer = Type.Object({
  interaction_id: InteractionId,
  hypotheses: Type.Array(
    Type.Object({
      id: Type.String(),
      question: Type.String(),
      rationale: Type.String(),
      confidence: Type.Number(),
    }),
  ),
  auto_advance: Type.Boolean(),
  recommended_id: Type.String(),
  model_id: Type.String(),
  context: UserContext,
});

/** POST /v1/hypothesize: what may be meant, likeliest first, remembered as an interaction. */
export const hypothesize: Routes = (gateway) => async (server) => {
  const schema = { body: Request, response: { 200: Answer } };
  server.post('/v1/hypothesize', { schema }, async (request) => {
    const tenantId = tenantOf(request);
    const known = await recollect(gateway.db, tenantId, request.body.user_id);
    const { proposals, model_id } = await propose(gateway, tenantId, request.body, known);
    const ranked = rank({
      ...known,
      input_text: request.body.input_text,
      proposals,
      tenantChoices: [],
      now: new Date(),
    });
    const hypotheses = display(
      request.body.candidates ? ranked : ranked.slice(0, shownByDefault),
      gateway.config.explorationRate,
      Math.random,
    );
    return await remember(gateway, tenantId, request.body, { known, hypotheses, model_id, best: ranked[0] });
  });
};

async function propose({ llm }: Gateway, tenantId: string, request: Request, known: Known) {
  if (request.candidates) return { proposals: request.candidates.map(fromCaller), model_id: 'candidates' };
  return await llm.propose({
    tenant_id: tenantId,
    text: request.input_text,
    context: contextOf(known),
    history: contentsOf(known, 'history'),
  });
}

const fromCaller = (question: string, _index: number, all: string[]) => ({
  question,
  rationale: 'Offered by the caller',
  prior: 1 / all.length,
});

interface Shown {
  known: Known;
  hypotheses: ShownHypothesis[];
  model_id: string;
  best: Ranked | undefined;
}

async function remember({ db, config }: Gateway, tenantId: string, request: Request, shown: Shown) {
  const { known, hypotheses, model_id, best } = shown;
  const interaction_id = newId();
  const context = contextOf(known);
  const auto_advance = autoAdvance(best?.confidence ?? 0, known.choices.length, config.autoAdvanceThreshold);
  const used = recall(request.input_text, known.memories, new Date(), memoriesUsed);
  await insertInteraction(db, {
    tenant_id: tenantId,
    interaction_id,
    user_id: request.user_id,
    created_at: new Date(),
    input_text: request.input_text,
    media_type: request.media_type ?? 'text/plain',
    model_id,
    context: JSON.stringify(context),
    hypotheses: JSON.stringify(hypotheses),
    used_memories: JSON.stringify(
      used.map(({ memory, relevance }) => ({ memory_id: memory.memory_id, type: memory.type, relevance })),
    ),
    auto_advance,
  });
  const recommended_id = hypotheses.find(({ score }) => score === best?.score)?.id ?? 'h1';
  return { interaction_id, hypotheses, auto_advance, recommended_id, model_id, context };
}
