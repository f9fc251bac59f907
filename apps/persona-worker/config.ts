import { llmConfig, llmEnv, type ModelConfig } from '@learning-loop/llm/config';
import { workerConfig, workerEnv } from '@learning-loop/service/config/infra-env';
import { readEnv } from '@learning-loop/service/config/read-env';
import { Type } from 'typebox';

const Env = Type.Object({
  ...workerEnv,
  ...llmEnv,
  PERSONA_WINDOW_MS: Type.Integer({ default: 2_000, minimum: 0, maximum: 3_600_000 }),
});

export type Config = ReturnType<typeof readConfig>;

export function readConfig(source: NodeJS.ProcessEnv) {
  const env = readEnv(Env, source);
  const llm = llmConfig(env);
  const common = { ...workerConfig(env), windowMs: env.PERSONA_WINDOW_MS };
  if (llm.impl === 'rules') return { ...common, llm };
  // No request waits for a persona, so a burst queues for the model instead of falling back to the rules. A process takes
  // no more jobs than the model's concurrency, and leaves the rest to other processes.
  return {
    ...common,
    llm: { ...llm, maxQueued: Infinity } satisfies ModelConfig,
    maxConcurrentJobs: llm.maxConcurrency,
  };
}
