import { batchStatements } from '@learning-loop/db/client/batched-statements';
import { insertInteractions, type NewInteraction } from '@learning-loop/db/loop/interactions';
import { type UsedMemory, UserContext } from '@learning-loop/events/fields';
import { newId } from '@learning-loop/events/ids';
import type { Candidate } from '@learning-loop/learning/candidates/propose';
import type { EmbeddingOf } from '@learning-loop/learning/embeddings/similarity';
import type { TenantExperience } from '@learning-loop/learning/ranking/tenant-experience';
import type { ProposeResult } from '@learning-loop/llm/llm';
import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { GatewayContext, RouteGroup } from '../context.ts';
import { userErased } from '../http/error-handler.ts';
import { InputText, InteractionId, UserId } from '../http/validation.ts';
import { createModelRouter, type ServingLlm, type ServingRanker } from '../hypotheses/model-router.ts';
import { placeHypotheses, type Ranking } from '../hypotheses/place-hypotheses.ts';
import { retrieveMemories } from '../hypotheses/retrieve-memories.ts';
import { createTenantStatistics } from '../hypotheses/tenant-statistics.ts';
import {
  createProfileLoader,
  memoryTexts,
  toUserContext,
  type UserProfile,
} from '../hypotheses/user-profile.ts';

const defaultCount = 3;
const maxUsedMemories = 10;

const Request = Type.Object(
  {
    user_id: UserId,
    input_text: InputText,
    // A media type with its parameters, such as "text/plain; charset=utf-8".
    media_type: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        pattern: '^[\\w.+/-]+(\\s*;\\s*[\\w-]+=("[^"]*"|[\\w.+/:-]+))*$',
      }),
    ),
    max_wait_ms: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 60_000,
        description:
          'How long a language model may take at most; then the rules answer. It only shortens LLM_TIMEOUT_MS',
      }),
    ),
    candidates: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 2_000, format: 'text' }), {
        minItems: 2,
        maxItems: 10,
        uniqueItems: true,
        description: 'Hypotheses of your own: all are returned, ranked',
      }),
    ),
  },
  { additionalProperties: false },
);
type Request = Type.Static<typeof Request>;

const Response = Type.Object({
  interaction_id: InteractionId,
  hypotheses: Type.Array(
    Type.Object({
      id: Type.String(),
      question: Type.String(),
      rationale: Type.String(),
      confidence: Type.Number({ description: 'Chance that the user selects it' }),
    }),
  ),
  none_confidence: Type.Number({
    description: 'Chance that the user selects none of these; adds up to 1 with the confidences',
  }),
  auto_advance: Type.Boolean(),
  recommended_id: Type.String(),
  model_id: Type.String(),
  context: UserContext,
});

/** POST /v1/hypothesize: returns ranked hypotheses and stores them as an interaction. */
export const hypothesize: RouteGroup = (gateway) => async (server) => {
  const loadExperience = createTenantStatistics(gateway.db);
  const loadProfile = createProfileLoader(gateway, { selections: true });
  const routeModels = createModelRouter(gateway.db, gateway.config);
  const store = batchStatements((interactions: NewInteraction[]) =>
    insertInteractions(gateway.db, interactions),
  );
  const schema = { body: Request, response: { 200: Response } };
  server.post('/v1/hypothesize', { schema }, async (request) => {
    const tenantId = getTenantId(request);
    const user = { tenant_id: tenantId, user_id: request.body.user_id };
    const profile = await loadProfile(user);
    const { ranker, llm } = await routeModels(tenantId, request.body.user_id);
    const proposed = await propose(gateway, tenantId, request.body, { profile, llm });
    const embeddingOf = await embedRequest(gateway, tenantId, request.body, { profile, proposed });
    const ranking = await rankAndPlace(gateway, tenantId, request.body, {
      ...{ profile, ranker, embeddingOf },
      candidates: proposed.candidates,
      shown: request.body.candidates?.length ?? defaultCount,
      tenant: await loadExperience(tenantId),
    });
    const used_memories = await findUsedMemories(gateway, tenantId, request.body, { profile, embeddingOf });
    const parts = { profile, proposed, ranker, ranking, used_memories };
    const interaction = toInteraction(tenantId, request.body, parts);
    if (!(await store({ ...interaction, begun: profile.read_at.toISOString() }))) throw userErased();
    const { none_confidence, recommended_id } = ranking;
    return { ...interaction, none_confidence, recommended_id };
  });
};

interface Proposed extends ProposeResult {
  /** The model that was called, even if the rules answered instead; null if none was. */
  llm_id: string | null;
}

async function propose(
  { llm, config }: GatewayContext,
  tenantId: string,
  request: Request,
  { profile, llm: served }: { profile: UserProfile; llm: ServingLlm },
): Promise<Proposed> {
  if (request.candidates)
    return { candidates: request.candidates.map(toCandidate), model_id: 'candidates', llm_id: null };
  const result = await llm.propose({
    tenant_id: tenantId,
    text: request.input_text,
    context: toUserContext(profile),
    history: memoryTexts(profile, 'history'),
    model: served.model,
    max_wait_ms: request.max_wait_ms,
  });
  return { ...result, llm_id: config.llm.impl === 'rules' ? null : served.llm_id };
}

const toCandidate = (question: string, _index: number, all: string[]) => ({
  question,
  rationale: 'Offered by the caller',
  prior: 1 / all.length,
});

/** Without memories and selections there is nothing to compare with, so nothing is embedded. */
async function embedRequest(
  { embeddings, archive }: GatewayContext,
  tenant_id: string,
  { user_id, input_text }: Request,
  { profile: { memories, selections }, proposed }: { profile: UserProfile; proposed: Proposed },
): Promise<EmbeddingOf | undefined> {
  if (memories.length + selections.length === 0) return undefined;
  const candidateTexts = proposed.candidates.map(({ question }) => question);
  const pastTexts = selections.flatMap((selection) => [
    selection.input_text,
    ...selection.shown.map(({ question }) => question),
  ]);
  const user = { tenant_id, user_id };
  return await embeddings.get(user, await archive.list(user, memories), [
    input_text,
    ...candidateTexts,
    ...pastTexts,
  ]);
}

async function findUsedMemories(
  gateway: GatewayContext,
  tenant_id: string,
  { user_id, input_text: query }: Request,
  { profile: { memories }, embeddingOf }: { profile: UserProfile; embeddingOf: EmbeddingOf | undefined },
): Promise<UsedMemory[]> {
  const retrieval = {
    ...{ tenant_id, user_id, query, memories, embeddingOf },
    ...{ ofAll: true, limit: maxUsedMemories },
  };
  return (await retrieveMemories(gateway, retrieval)).map(({ memory: { memory_id, type }, ...scores }) => ({
    ...{ memory_id, type },
    ...scores,
  }));
}

interface RankingInput {
  profile: UserProfile;
  candidates: Candidate[];
  /** How many of the best candidates become hypotheses. */
  shown: number;
  ranker: ServingRanker;
  tenant: TenantExperience;
  embeddingOf: EmbeddingOf | undefined;
}

async function rankAndPlace(
  { config, comparer }: GatewayContext,
  tenant_id: string,
  { user_id, input_text }: Request,
  { profile, candidates, shown, ranker, tenant, embeddingOf }: RankingInput,
): Promise<Ranking> {
  const others = {
    tenantSelections: tenant.selectionsOfOthers(user_id),
    tenantUtilities: tenant.utilities,
  };
  const input = { ...profile, ...others, input_text, candidates, now: profile.read_at };
  const task = { kind: 'rank' as const, input, weights: ranker.weights };
  const ranked = await comparer.run({ tenant_id, user_id }, task, embeddingOf);
  return placeHypotheses(config, { ranked: ranked.slice(0, shown), profile, tenant });
}

interface InteractionParts {
  profile: UserProfile;
  proposed: Proposed;
  ranker: ServingRanker;
  ranking: Ranking;
  used_memories: UsedMemory[];
}

function toInteraction(
  tenant_id: string,
  { user_id, input_text, media_type = 'text/plain' }: Request,
  { profile, proposed: { model_id, llm_id }, ranker, ranking, used_memories }: InteractionParts,
) {
  const { hypotheses, auto_advance } = ranking;
  const context = toUserContext(profile);
  const request = {
    tenant_id,
    interaction_id: newId(),
    user_id,
    input_text,
    media_type,
  };
  const { ranker_id } = ranker;
  return { ...request, model_id, ranker_id, llm_id, context, hypotheses, used_memories, auto_advance };
}
