import type { Model } from '@learning-loop/db/training/models';
import type { AllowedModels, LlmConfig } from '@learning-loop/llm/config';

/** Whoever registers a model by hand spends the operator's key; what the trainer has tuned is the operator's own. */
export function isAllowedModel(
  { llm, allowedModels }: { llm: LlmConfig; allowedModels: AllowedModels },
  { model, dataset_version }: { model: string } & Pick<Model, 'dataset_version'>,
): boolean {
  if (dataset_version !== null || allowedModels.has(model)) return true;
  return llm.impl !== 'rules' && llm.model === model;
}
