import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { LlmConfig } from './config.ts';
import type { Llm } from './llm.ts';
import { connectModel } from './model.ts';
import { rules } from './rules.ts';

/** The Llm that the configuration names. Disposing of it aborts what is under way; those callers get the rules. */
export function connectLlm(config: LlmConfig, log: Logger, metrics: Registry): Llm {
  return config.impl === 'rules' ? rules : connectModel(config, log, metrics);
}
