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
import { completeWeights, type RankerWeights, shippedWeights } from '@learning-loop/learning/ranking/weights';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config.ts';
import { isAllowedModel } from './allowed-models.ts';

export interface ServingRanker {
  ranker_id: string;
  weights: RankerWeights;
}

export interface ServingLlm {
  llm_id: string;
  /** Name on the server; undefined for the configured one. */
  model: string | undefined;
}

interface ServingModels {
  ranker: ServingRanker;
  llm: ServingLlm;
}

/** The active model, and the variants with their shares of the users while an experiment runs. */
interface Serving<T> {
  active: T;
  experiment: { experiment_id: string; variants: { served: T; weight: number }[] } | null;
}

interface ServingOfTenant {
  ranker: Serving<ServingRanker>;
  llm: Serving<ServingLlm>;
  readAt: number;
}

const refreshAfterMs = 4_000;
/** Maximum age of the cache; while the database is down, older entries serve. */
const maxStaleMs = 8_000;
const maxTenants = 1_000;

const shipped: ServingRanker = { ranker_id: shippedModel, weights: shippedWeights };
const configured: ServingLlm = { llm_id: configuredModel, model: undefined };

/**
 * Returns the user's variant of the running experiment, else the active model. Language models of other providers than
 * the configured one, and those that are not allowed, are ignored.
 */
export function createModelRouter(
  db: Db,
  config: Pick<Config, 'llm' | 'allowedModels'>,
): (tenantId: string, userId: string) => Promise<ServingModels> {
  const cache = new LRUCache<string, ServingOfTenant>({ max: maxTenants });
  const pending = new Map<string, Promise<ServingOfTenant>>();

  const load = (tenantId: string) => asTenant(db, tenantId, (tx) => loadServing(tx, tenantId, config));
  function refresh(tenantId: string): Promise<ServingOfTenant> {
    const loading = pending.get(tenantId) ?? load(tenantId).finally(() => pending.delete(tenantId));
    pending.set(tenantId, loading);
    return loading.then((serving) => {
      cache.set(tenantId, serving);
      return serving;
    });
  }

  return async (tenantId, userId) => {
    const serving = cache.get(tenantId);
    const age = serving ? performance.now() - serving.readAt : Number.POSITIVE_INFINITY;
    if (serving && age < refreshAfterMs) return assign(serving, userId);
    const fresh = refresh(tenantId).catch((error: unknown) => {
      if (serving) return serving;
      throw error;
    });
    return assign(serving && age < maxStaleMs ? serving : await fresh, userId);
  };
}

async function loadServing(
  tx: Tx,
  tenantId: string,
  config: Pick<Config, 'llm' | 'allowedModels'>,
): Promise<ServingOfTenant> {
  const readAt = performance.now();
  return {
    ranker: await loadKind(tx, tenantId, 'ranker', toRanker),
    llm: await loadKind(tx, tenantId, 'llm', (model) => toLlm(model, config)),
    readAt,
  };
}

async function loadKind<T>(
  tx: Tx,
  tenantId: string,
  kind: ModelKind,
  toServed: (model: Model | undefined) => T,
): Promise<Serving<T>> {
  const active = toServed(await findActiveModel(tx, tenantId, kind));
  const experiment = await findRunningExperiment(tx, tenantId, kind);
  if (!experiment) return { active, experiment: null };
  const variants = await Promise.all(
    experiment.variants.map(async ({ model_id, weight }) => ({
      served: toServed(await findModel(tx, tenantId, model_id)),
      weight,
    })),
  );
  return { active, experiment: { experiment_id: experiment.experiment_id, variants } };
}

function toRanker(model: Model | undefined): ServingRanker {
  if (!model || !('weights' in model.artifact)) return shipped;
  return { ranker_id: model.model_id, weights: completeWeights(model.artifact) };
}

function toLlm(model: Model | undefined, config: Pick<Config, 'llm' | 'allowedModels'>): ServingLlm {
  if (!model || !('provider' in model.artifact) || model.artifact.provider !== config.llm.impl)
    return configured;
  const { dataset_version, artifact } = model;
  if (!isAllowedModel(config, { model: artifact.model, dataset_version })) return configured;
  return { llm_id: model.model_id, model: model.artifact.model };
}

const assign = ({ ranker, llm }: ServingOfTenant, userId: string): ServingModels => ({
  ranker: assignVariant(ranker, userId),
  llm: assignVariant(llm, userId),
});

/** Deterministic: every process gives a user the same variant. Each experiment reshuffles the users. */
function assignVariant<T>({ active, experiment }: Serving<T>, userId: string): T {
  if (!experiment) return active;
  let left = hashToUnit(`${experiment.experiment_id} ${userId}`);
  for (const { served, weight } of experiment.variants) {
    left -= weight;
    if (left < 0) return served;
  }
  return active;
}

/** Uniform in [0, 1). */
function hashToUnit(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
