import { join } from 'node:path';
import type { Db } from '@learning-loop/db/connect';
import { listRankersWithout, type Model, updateModelMetrics } from '@learning-loop/db/training/models';
import { withAdvisoryLock } from '@learning-loop/db/transactions';
import { newId } from '@learning-loop/events/ids';
import { openWorkspace } from '../dataset/duckdb.ts';
import { datasetsDirectory, listVersions } from '../dataset/storage.ts';
import { toUtilities } from './fit-ranker.ts';
import { loadExamples, loadFeatureNames } from './load-examples.ts';
import { estimateOffPolicy, type OffPolicy } from './off-policy.ts';
import { toRankerWeights } from './train-and-register.ts';

/** Adds off-policy estimates on the newest dataset to manually registered rankers, before they get traffic. */
export async function evaluateCandidates(db: Db, trainingDataDir: string): Promise<void> {
  if ((await listRankersWithout(db, 'off_policy')).length === 0) return;
  await withAdvisoryLock(db, 'estimates', async () => {
    for (const model of await listRankersWithout(db, 'off_policy')) {
      const datasets = datasetsDirectory(trainingDataDir, model.tenant_id);
      const version = (await listVersions(datasets)).at(-1);
      if (version === undefined) continue;
      const off_policy = await evaluateModel(datasets, version, model);
      await updateModelMetrics(db, model, { off_policy, estimated_on: version });
    }
  });
}

async function evaluateModel(datasets: string, version: string, model: Model): Promise<OffPolicy> {
  const dataset = join(datasets, version);
  await using workspace = await openWorkspace(join(datasets, `.building-estimate-${newId()}`));
  const names = await loadFeatureNames(workspace, dataset);
  const examples = await loadExamples(workspace, dataset, 'test', names);
  return estimateOffPolicy(examples, toUtilities(toRankerWeights(model), names));
}
