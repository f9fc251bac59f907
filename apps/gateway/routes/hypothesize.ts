import { batchStatements } from '@learning-loop/db/client/batched-statements';
import { insertInteractions, type NewInteraction } from '@learning-loop/db/loop/interactions';
import { type Hypothesis, type UsedMemory, UserContext } from '@learning-loop/events/fields';
import { newId } from '@learning-loop/events/ids';
import type { Candidate } from '@learning-loop/learning/candidates/propose';
import type { EmbeddingOf } from '@learning-loop/learning/embeddings/similarity';
import { applyCalibration, autoAdvance } from '@learning-loop/learning/ranking/calibration';
import { explore } from '@learning-loop/learning/ranking/exploration';
import { rank } from '@learning-loop/learning/ranking/rank';
import type { ProposeResult } from '@learning-loop/llm/llm';
import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { GatewayContext, RouteGroup } from '../context.ts';
import { userErased } from '../http/error-handler.ts';
import { InputText, InteractionId, UserId } from '../http/validation.ts';
import { createModelRouter, type ServingLlm, type ServingRanker } from '../hypotheses/model-router.ts';
import { retrieveMemories } from '../hypotheses/retrieve-memories.ts';
import { createTenantStatistics, type TenantStatistics } from '../hypotheses/tenant-statistics.ts';
import {
  createProfileLoader,
  memoryTexts,
  toUserContext,
  type UserProfile,
} from '../hypotheses/user-profile.ts';

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
export const hypothesize: RouteGroup = (gateway) => async (server) => {
  const experienceOf = createTenantStatistics(gateway.db);
  const recollect = createProfileLoader(gateway.db, { selections: true });
  const servedBy = createModelRouter(gateway.db, gateway.config.llm.impl);
  const store = batchStatements((shown: NewInteraction[]) => insertInteractions(gateway.db, shown));
  const schema = { body: Request, response: { 200: Answer } };
  server.post('/v1/hypothesize', { schema }, async (request, reply) => {
    const tenantId = getTenantId(request);
    const known = await recollect({ tenant_id: tenantId, user_id: request.body.user_id });
    const { ranker, llm } = await servedBy(tenantId, request.body.user_id);
    const proposed = await propose(gateway, tenantId, request.body, { known, llm });
    const embeddingOf = await embedRequest(gateway, tenantId, request.body, { known, proposed });
    const display = rankAndPlace(gateway, request.body, {
      known,
      candidates: proposed.candidates,
      ranker,
      experience: await experienceOf(tenantId),
      embeddingOf,
    });
    const used_memories = await usedMemories(gateway, tenantId, request.body, { known, embeddingOf });
    const made = { known, proposed, ranker, display, used_memories };
    const interaction = interactionOf(tenantId, request.body, made);
    const begun = new Date(Date.now() - reply.elapsedTime);
    if (!(await store({ ...interaction, begun: begun.toISOString() }))) throw userErased();
    return { ...interaction, recommended_id: display.recommended_id };
  });
};

/** What may be meant, and who says so. */
interface Proposed extends ProposeResult {
  /** The model that was asked, even if the rules answered for it; null where none was. */
  llm_id: string | null;
}

async function propose(
  { llm, config }: GatewayContext,
  tenantId: string,
  request: Request,
  { known, llm: served }: { known: UserProfile; llm: ServingLlm },
): Promise<Proposed> {
  if (request.candidates)
    return { candidates: request.candidates.map(fromCaller), model_id: 'candidates', llm_id: null };
  const result = await llm.propose({
    tenant_id: tenantId,
    text: request.input_text,
    context: toUserContext(known),
    history: memoryTexts(known, 'history'),
    model: served.model,
  });
  return { ...result, llm_id: config.llm.impl === 'rules' ? null : served.llm_id };
}

const fromCaller = (question: string, _index: number, all: string[]) => ({
  question,
  rationale: 'Offered by the caller',
  prior: 1 / all.length,
});

/** What the texts at hand mean by the embedding model; nothing to compare them with, nothing to embed. */
async function embedRequest(
  { embeddings: meanings }: GatewayContext,
  tenant_id: string,
  { user_id, input_text }: Request,
  { known: { memories, selections: choices }, proposed }: { known: UserProfile; proposed: Proposed },
): Promise<EmbeddingOf | undefined> {
  if (memories.length + choices.length === 0) return undefined;
  const offered = proposed.candidates.map(({ question }) => question);
  const before = choices.flatMap((choice) => [
    choice.input_text,
    ...choice.shown.map(({ question }) => question),
  ]);
  return await meanings.get({ tenant_id, user_id }, memories, [input_text, ...offered, ...before]);
}

async function usedMemories(
  gateway: GatewayContext,
  tenant_id: string,
  { input_text: query }: Request,
  { known: { memories }, embeddingOf }: { known: UserProfile; embeddingOf: EmbeddingOf | undefined },
): Promise<UsedMemory[]> {
  const wanted = { tenant_id, query, memories, limit: memoriesUsed, embeddingOf };
  return (await retrieveMemories(gateway, wanted)).map(({ memory: { memory_id, type }, ...found }) => ({
    ...{ memory_id, type },
    ...found,
  }));
}

interface RankedDisplay {
  hypotheses: Hypothesis[];
  auto_advance: boolean;
  recommended_id: string;
}

interface RankingInput {
  known: UserProfile;
  candidates: Candidate[];
  ranker: ServingRanker;
  experience: TenantStatistics;
  embeddingOf: EmbeddingOf | undefined;
}

/** Ranks the candidates, says how sure that is, and chooses what to show where. */
function rankAndPlace({ config }: GatewayContext, request: Request, basis: RankingInput): RankedDisplay {
  const { known, candidates, ranker, experience, embeddingOf } = basis;
  const tenantSelections = experience.selectionsOfOthers(request.user_id);
  const { input_text } = request;
  const input = {
    ...{ ...known, input_text, candidates, tenantSelections },
    ...{ now: new Date(), embeddingOf },
  };
  const ranked = rank(input, ranker.weights);
  const best = request.candidates ? ranked : ranked.slice(0, shownByDefault);
  const hypotheses = explore(best, config.explorationRate, Math.random).map((hypothesis) => ({
    ...hypothesis,
    confidence: rounded(applyCalibration(experience.calibration, hypothesis.raw_confidence)),
  }));
  const recommended = hypotheses.reduce((a, b) => (b.score > a.score ? b : a));
  return {
    hypotheses,
    auto_advance: autoAdvance(recommended.confidence, known.selections.length, config.autoAdvanceThreshold),
    recommended_id: recommended.id,
  };
}

/** All that an interaction is made of. */
interface InteractionParts {
  known: UserProfile;
  proposed: Proposed;
  ranker: ServingRanker;
  display: RankedDisplay;
  used_memories: UsedMemory[];
}

const rounded = (confidence: number) => Math.round(confidence * 10_000) / 10_000;

function interactionOf(
  tenant_id: string,
  { user_id, input_text, media_type = 'text/plain' }: Request,
  { known, proposed: { model_id, llm_id }, ranker, display, used_memories }: InteractionParts,
) {
  const { hypotheses, auto_advance } = display;
  const context = toUserContext(known);
  const request = {
    tenant_id,
    interaction_id: newId(),
    user_id,
    created_at: new Date().toISOString(),
    input_text,
    media_type,
  };
  const { ranker_id } = ranker;
  return { ...request, model_id, ranker_id, llm_id, context, hypotheses, used_memories, auto_advance };
}
