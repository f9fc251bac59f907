import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type Budget, createBudget } from './budget.ts';
import type { LlmConfig } from './config.ts';
import type { Llm } from './llm.ts';
import { connectModel } from './model.ts';
import { rules } from './rules.ts';

/**
 * The Llm that the configuration names. Disposing of it aborts what is under way; those callers get the rules. Its
 * calls are paid from the budget, which others of the process may share.
 */
export function connectLlm(config: LlmConfig, log: Logger, registry: Registry, budget?: Budget): Llm {
  if (config.impl === 'rules') return rules;
  return connectModel(config, { log, registry, budget: budget ?? createBudget(config) });
}
