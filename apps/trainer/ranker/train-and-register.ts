import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Db } from '@learning-loop/db/connect';
import { markIfErasedMeanwhile } from '@learning-loop/db/privacy/retraining';
import { startExperiment } from '@learning-loop/db/training/experiments';
import { findActiveModel, insertModel, type Model, shippedModel } from '@learning-loop/db/training/models';
import { newId } from '@learning-loop/events/ids';
import { completeWeights, type RankerWeights, shippedWeights } from '@learning-loop/learning/ranking/weights';
import type { Service } from '@learning-loop/service/service';
import type { Dataset } from '../dataset/build.ts';
import { openWorkspace } from '../dataset/duckdb.ts';
import { type FittedRanker, fitRanker } from './fit-ranker.ts';
import { loadExamples, loadFeatureNames } from './load-examples.ts';
import { type GateResult, promotionGate } from './promotion-gate.ts';

/** Injectable, so that a simulation can be seeded. `random` is in [0, 1). */
interface Randomness {
  random(): number;
  experimentId(): string;
}
const realRandomness: Randomness = { random: () => randomInt(2 ** 32) / 2 ** 32, experimentId: newId };

interface Trainer {
  config: { canaryShare: number; trainingDataDir: string };
  log: Service<unknown>['log'];
}

/** Starts a canary experiment if the gate passes. Returns the model's id, or null if a split is empty. */
export async function trainAndRegister(
  { config, log }: Trainer,
  db: Db,
  { manifest, directory }: Dataset,
  randomness = realRandomness,
): Promise<string | null> {
  const { tenant_id, version } = manifest;
  const serving = await findActiveModel(db, tenant_id, 'ranker');
  const fitted = await fitDataset(directory, toRankerWeights(serving), randomness.random);
  if (!fitted) return null;
  const gate = promotionGate(fitted.judgement);
  const model_id = `ranker-${version}`;
  const parent_id = serving?.model_id ?? shippedModel;
  await insertModel(db, toModelRow({ tenant_id, version, model_id, parent_id }, fitted, gate));
  await markIfErasedMeanwhile(db, tenant_id, model_id);
  log.info({ tenant_id, model_id, ...gate }, 'ranker_fitted');
  if (gate.passed && config.canaryShare > 0) {
    const variants = [
      { model_id: parent_id, weight: 1 - config.canaryShare },
      { model_id, weight: config.canaryShare },
    ];
    const started = await startExperiment(db, {
      tenant_id,
      experiment_id: randomness.experimentId(),
      kind: 'ranker',
      variants,
    });
    log.info({ tenant_id, model_id, started }, 'canary');
  }
  return model_id;
}

export function toRankerWeights(model: Model | undefined): RankerWeights {
  return model && 'weights' in model.artifact ? completeWeights(model.artifact) : shippedWeights;
}

async function fitDataset(
  directory: string,
  serving: RankerWeights,
  random: () => number,
): Promise<FittedRanker | null> {
  await using workspace = await openWorkspace(join(directory, '..', `.building-fit-${newId()}`));
  const names = listNames(await loadFeatureNames(workspace, directory), serving);
  const examples = {
    train: await loadExamples(workspace, directory, 'train', names),
    validation: await loadExamples(workspace, directory, 'validation', names),
    test: await loadExamples(workspace, directory, 'test', names),
  };
  if (Object.values(examples).some(({ selected }) => selected.length === 0)) return null;
  return fitRanker(examples, serving, random);
}

/** A weight whose feature the dataset lacks is kept: a fit without examples leaves it where it was. */
function listNames(inDataset: string[], { weights }: RankerWeights): string[] {
  return [...new Set([...inDataset, ...Object.keys(weights)])].sort();
}

interface Lineage {
  tenant_id: string;
  version: string;
  model_id: string;
  parent_id: string;
}

function toModelRow(
  { tenant_id, version, model_id, parent_id }: Lineage,
  fitted: FittedRanker,
  gate: GateResult,
) {
  const { weights, calibration, ...metrics } = fitted;
  return {
    ...{ tenant_id, model_id, parent_id },
    kind: 'ranker' as const,
    status: gate.passed ? ('candidate' as const) : ('rejected' as const),
    dataset_version: version,
    artifact: JSON.stringify({ ...weights, calibration }),
    metrics: JSON.stringify({ ...metrics, gate: gate.reason }),
    reason: gate.reason,
  };
}
