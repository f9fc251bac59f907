import type { Model } from '@learning-loop/db/training/models';
import type { Prices } from '@learning-loop/llm/budget';
import type { LlmConfig } from '@learning-loop/llm/config';
import { ConfigError } from '@learning-loop/service/config/read-env';

/** By name on the server; null where the model costs what LLM_INPUT_PRICE and LLM_OUTPUT_PRICE say. */
export type AllowedModels = ReadonlyMap<string, Prices | null>;

const entry = /^(?<name>[\w.:/-]{1,100})(?:=(?<input>\d+(?:\.\d+)?)\/(?<output>\d+(?:\.\d+)?))?$/u;

/** Reads `name,name=input/output`, prices per million tokens. Throws a ConfigError that names what it cannot read. */
export function parseAllowedModels(text: string): AllowedModels {
  const entries = text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  return new Map(
    entries.map((part) => {
      const { name, input, output } = entry.exec(part)?.groups ?? {};
      if (name === undefined)
        throw new ConfigError(
          `LLM_ALLOWED_MODELS has "${part.slice(0, 100)}"; write the name of a model, or name=input/output with prices per million tokens.`,
        );
      return [name, input === undefined ? null : { input: Number(input), output: Number(output) }];
    }),
  );
}

/** Whoever registers a model by hand spends the operator's key; what the trainer has tuned is the operator's own. */
export function isAllowedModel(
  { llm, allowedModels }: { llm: LlmConfig; allowedModels: AllowedModels },
  { model, dataset_version }: { model: string } & Pick<Model, 'dataset_version'>,
): boolean {
  if (dataset_version !== null || allowedModels.has(model)) return true;
  return llm.impl !== 'rules' && llm.model === model;
}

/** Those with prices of their own. */
export function toModelPrices(allowed: AllowedModels): Record<string, Prices> {
  return Object.fromEntries([...allowed].flatMap(([name, prices]) => (prices ? [[name, prices]] : [])));
}
