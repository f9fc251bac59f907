import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Db } from '@learning-loop/db/connect';
import { markIfErasedMeanwhile } from '@learning-loop/db/privacy/retraining';
import { startExperiment } from '@learning-loop/db/training/experiments';
import { findActiveModel, insertModel, type Model, shippedModel } from '@learning-loop/db/training/models';
import { newId } from '@learning-loop/events/ids';
import { type RankerWeights, shippedWeights } from '@learning-loop/learning/ranking/weights';
import type { Service } from '@learning-loop/service/service';
import type { Dataset } from '../dataset/build.ts';
import { openWorkspace } from '../dataset/duckdb.ts';
import { type FittedRanker, fitRanker } from './fit-ranker.ts';
import { featureNames, loadExamples } from './load-examples.ts';
import { type GateResult, promotionGate } from './promotion-gate.ts';

/** What is left to chance, so that a show may be seeded: numbers in [0, 1), and who gets which variant. */
interface Randomness {
  random(): number;
  experimentId(): string;
}
const realRandomness: Randomness = { random: () => randomInt(2 ** 32) / 2 ** 32, experimentId: newId };

interface Trainer {
  config: { canaryShare: number; trainingDataDir: string };
  log: Service<unknown>['log'];
}

/**
 * Fits a ranker to the dataset and registers it: as a canary on a share of the users when it passes the gate, as
 * rejected with the reason otherwise. Returns its id, or null when there is nothing to hold out.
 */
export async function trainAndRegister(
  { config, log }: Trainer,
  db: Db,
  { manifest, directory }: Dataset,
  chance = realRandomness,
): Promise<string | null> {
  const { tenant_id, version } = manifest;
  const serving = await findActiveModel(db, tenant_id, 'ranker');
  const fitted = await fitOn(directory, toRankerWeights(serving), chance.random);
  if (!fitted) return null;
  const verdict = promotionGate(fitted.judgement);
  const model_id = `ranker-${version}`;
  const parent_id = serving?.model_id ?? shippedModel;
  await insertModel(db, modelRow({ tenant_id, version, model_id, parent_id }, fitted, verdict));
  await markIfErasedMeanwhile(db, tenant_id, model_id);
  log.info({ tenant_id, model_id, ...verdict }, 'ranker_fitted');
  if (verdict.passed && config.canaryShare > 0) {
    const variants = [
      { model_id: parent_id, weight: 1 - config.canaryShare },
      { model_id, weight: config.canaryShare },
    ];
    const started = await startExperiment(db, {
      tenant_id,
      experiment_id: chance.experimentId(),
      kind: 'ranker',
      variants,
    });
    log.info({ tenant_id, model_id, started }, 'canary');
  }
  return model_id;
}

/** The weights of a ranker model; those that ship where there is none. */
export function toRankerWeights(model: Model | undefined): RankerWeights {
  return model && 'weights' in model.artifact ? model.artifact : shippedWeights;
}

async function fitOn(
  directory: string,
  serving: RankerWeights,
  random: () => number,
): Promise<FittedRanker | null> {
  await using workspace = await openWorkspace(join(directory, '..', `.building-fit-${newId()}`));
  const names = await featureNames(workspace, directory);
  const picks = {
    train: await loadExamples(workspace, directory, 'train', names),
    validation: await loadExamples(workspace, directory, 'validation', names),
    test: await loadExamples(workspace, directory, 'test', names),
  };
  if (Object.values(picks).some(({ picked }) => picked.length === 0)) return null;
  return fitRanker(picks, serving, random);
}

interface Lineage {
  tenant_id: string;
  version: string;
  model_id: string;
  parent_id: string;
}

function modelRow(
  { tenant_id, version, model_id, parent_id }: Lineage,
  fitted: FittedRanker,
  verdict: GateResult,
) {
  const { weights, calibration, ...metrics } = fitted;
  return {
    ...{ tenant_id, model_id, parent_id },
    kind: 'ranker' as const,
    status: verdict.passed ? ('candidate' as const) : ('rejected' as const),
    dataset_version: version,
    artifact: JSON.stringify({ ...weights, calibration }),
    metrics: JSON.stringify({ ...metrics, gate: verdict.reason }),
    reason: verdict.reason,
  };
}
