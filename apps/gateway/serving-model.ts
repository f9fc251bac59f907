import { createHash } from 'node:crypto';
import { asTenant } from '@learning-loop/db/as-tenant';
import type { Db } from '@learning-loop/db/connect';
import { runningExperiment } from '@learning-loop/db/experiments';
import { activeModel, findModel, type Model, shippedModel } from '@learning-loop/db/models';
import type { Variant } from '@learning-loop/db/training-schema';
import { type RankerWeights, shippedWeights } from '@learning-loop/learning/ranker-weights';
import { LRUCache } from 'lru-cache';

/** The ranker that serves a user. */
export interface ServingRanker {
  ranker_id: string;
  weights: RankerWeights;
}

/** What a tenant's users are served by, as it was read. */
interface Serving {
  active: ServingRanker;
  experiment: { experiment_id: string; variants: (ServingRanker & { weight: number })[] } | null;
  readAt: number;
}

const refreshAfterMs = 4_000;
/** A change of models is taken up within this time; when the database is away, what was read before serves. */
const mustRefreshAfterMs = 8_000;
const mostTenants = 1_000;

const shipped: ServingRanker = { ranker_id: shippedModel, weights: shippedWeights };

/** Who ranks for a user: the variant of the running experiment that the user always gets, or the active model. */
export function servingRankers(db: Db): (tenantId: string, userId: string) => Promise<ServingRanker> {
  const known = new LRUCache<string, Serving>({ max: mostTenants });
  const reading = new Map<string, Promise<Serving>>();

  const readAs = (tenantId: string) => asTenant(db, tenantId, (tx) => read(tx, tenantId));
  function refresh(tenantId: string): Promise<Serving> {
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
    if (serving && age < refreshAfterMs) return choose(serving, userId);
    const fresh = refresh(tenantId).catch((error: unknown) => {
      if (serving) return serving;
      throw error;
    });
    return choose(serving && age < mustRefreshAfterMs ? serving : await fresh, userId);
  };
}

async function read(db: Db, tenantId: string): Promise<Serving> {
  const readAt = performance.now();
  const active = rankerOf(await activeModel(db, tenantId, 'ranker'));
  const experiment = await runningExperiment(db, tenantId, 'ranker');
  if (!experiment) return { active, experiment: null, readAt };
  const variants = await Promise.all(
    experiment.variants.map(async ({ model_id, weight }: Variant) => ({
      ...rankerOf(await findModel(db, tenantId, model_id)),
      weight,
    })),
  );
  return { active, experiment: { experiment_id: experiment.experiment_id, variants }, readAt };
}

function rankerOf(model: Model | undefined): ServingRanker {
  if (!model || !('weights' in model.artifact)) return shipped;
  return { ranker_id: model.model_id, weights: model.artifact };
}

/** The same user gets the same variant, whichever process asks, and each experiment deals anew. */
function choose({ active, experiment }: Serving, userId: string): ServingRanker {
  if (!experiment) return active;
  let left = shareOf(`${experiment.experiment_id} ${userId}`);
  for (const variant of experiment.variants) {
    left -= variant.weight;
    if (left < 0) return variant;
  }
  return active;
}

/** A text's place in [0, 1), as even as SHA-256 is. */
function shareOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
