import { llmConfig, llmEnv } from '@learning-loop/llm/config';
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
  // Nobody waits for a persona: what comes in a burst takes turns at the model, rather than go to the rules at once. And
  // who waits for a model leaves jobs to other processes, which may be waiting for work.
  return { ...common, llm: { ...llm, maxQueued: Infinity }, maxConcurrentJobs: llm.maxConcurrency };
}
