import { createHash } from 'node:crypto';
import type { Db, Tx } from '@learning-loop/db/connect';
import type { ModelKind } from '@learning-loop/db/schema/training';
import { findRunningExperiment } from '@learning-loop/db/training/experiments';
import {
  configuredModel,
  findActiveModel,
  findModel,
  type Model,
  shippedModel,
} from '@learning-loop/db/training/models';
import { asTenant } from '@learning-loop/db/transactions';
import { type RankerWeights, shippedWeights } from '@learning-loop/learning/ranking/weights';
import { LRUCache } from 'lru-cache';

/** The ranker that serves a user. */
export interface ServingRanker {
  ranker_id: string;
  weights: RankerWeights;
}

/** The language model that is asked for a user. */
export interface ServingLlm {
  llm_id: string;
  /** Its name on the server; undefined for the one that the configuration names. */
  model: string | undefined;
}

/** Who serves a user. */
interface ServingModels {
  ranker: ServingRanker;
  llm: ServingLlm;
}

/** Who serves the users of a tenant: the active model, or while an experiment runs each of its variants a share. */
interface Serving<T> {
  active: T;
  experiment: { experiment_id: string; variants: { served: T; weight: number }[] } | null;
}

/** The same of every kind, as it was read. */
interface ServingOfTenant {
  ranker: Serving<ServingRanker>;
  llm: Serving<ServingLlm>;
  readAt: number;
}

const refreshAfterMs = 4_000;
/** A change of models is taken up within this time; when the database is away, what was read before serves. */
const mustRefreshAfterMs = 8_000;
const mostTenants = 1_000;

const shipped: ServingRanker = { ranker_id: shippedModel, weights: shippedWeights };
const configured: ServingLlm = { llm_id: configuredModel, model: undefined };

/**
 * Who ranks and which model is asked for a user: the variant of the running experiment that the user always gets, or
 * the active model. Only models of the server that `impl` names can be asked.
 */
export function createModelRouter(
  db: Db,
  impl: string,
): (tenantId: string, userId: string) => Promise<ServingModels> {
  const known = new LRUCache<string, ServingOfTenant>({ max: mostTenants });
  const reading = new Map<string, Promise<ServingOfTenant>>();

  const readAs = (tenantId: string) => asTenant(db, tenantId, (tx) => read(tx, tenantId, impl));
  function refresh(tenantId: string): Promise<ServingOfTenant> {
    const under = reading.get(tenantId) ?? readAs(tenantId).finally(() => reading.delete(tenantId));
    reading.set(tenantId, under);
    return under.then((serving) => {
      known.set(tenantId, serving);
      return serving;
    });
  }

  return async (tenantId, userId) => {
    const serving = known.get(tenantId);
    const age = serving ? performance.now() - serving.readAt : Number.POSITIVE_INFINITY;
    if (serving && age < refreshAfterMs) return chosen(serving, userId);
    const fresh = refresh(tenantId).catch((error: unknown) => {
      if (serving) return serving;
      throw error;
    });
    return chosen(serving && age < mustRefreshAfterMs ? serving : await fresh, userId);
  };
}

async function read(tx: Tx, tenantId: string, impl: string): Promise<ServingOfTenant> {
  const readAt = performance.now();
  return {
    ranker: await readKind(tx, tenantId, 'ranker', rankerOf),
    llm: await readKind(tx, tenantId, 'llm', (model) => llmOf(model, impl)),
    readAt,
  };
}

async function readKind<T>(
  tx: Tx,
  tenantId: string,
  kind: ModelKind,
  servedBy: (model: Model | undefined) => T,
): Promise<Serving<T>> {
  const active = servedBy(await findActiveModel(tx, tenantId, kind));
  const experiment = await findRunningExperiment(tx, tenantId, kind);
  if (!experiment) return { active, experiment: null };
  const variants = await Promise.all(
    experiment.variants.map(async ({ model_id, weight }) => ({
      served: servedBy(await findModel(tx, tenantId, model_id)),
      weight,
    })),
  );
  return { active, experiment: { experiment_id: experiment.experiment_id, variants } };
}

function rankerOf(model: Model | undefined): ServingRanker {
  if (!model || !('weights' in model.artifact)) return shipped;
  return { ranker_id: model.model_id, weights: model.artifact };
}

function llmOf(model: Model | undefined, impl: string): ServingLlm {
  if (!model || !('provider' in model.artifact) || model.artifact.provider !== impl) return configured;
  return { llm_id: model.model_id, model: model.artifact.model };
}

const chosen = ({ ranker, llm }: ServingOfTenant, userId: string): ServingModels => ({
  ranker: assignVariant(ranker, userId),
  llm: assignVariant(llm, userId),
});

/** The same user gets the same variant, whichever process asks, and each experiment deals anew. */
function assignVariant<T>({ active, experiment }: Serving<T>, userId: string): T {
  if (!experiment) return active;
  let left = hashToUnit(`${experiment.experiment_id} ${userId}`);
  for (const { served, weight } of experiment.variants) {
    left -= weight;
    if (left < 0) return served;
  }
  return active;
}

/** A text's place in [0, 1), as even as SHA-256 is. */
function hashToUnit(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
