import {
  priorVariances,
  UtilityModel,
  type UtilityWeights,
} from '@learning-loop/learning/ranking/utility/utility-model';
import { compare, type Task } from './compare.ts';

/** What another thread is given: `vectors` holds the embeddings of all texts; null without an embedding model. */
export interface ThreadRequest {
  task: Task;
  vectors: Map<string, Float32Array> | null;
  /** Of the tenant, which the task lacks: a clone has no methods. */
  utilities: UtilityWeights | null;
}

export default function run({ task, vectors, utilities }: ThreadRequest) {
  if (task.kind === 'rank' && utilities !== null)
    task.input.tenantUtilities = UtilityModel.from(utilities, priorVariances.tenant);
  return compare(task, vectors ? (text) => vectors.get(text) ?? null : undefined);
}
