import { llmConfig, llmEnv } from '@learning-loop/llm/config';
import { readEnv } from '@learning-loop/service/config';
import { workerConfig, workerEnv } from '@learning-loop/service/worker-env';
import { Type } from 'typebox';

const Env = Type.Object({
  ...workerEnv,
  ...llmEnv,
  PERSONA_WINDOW_MS: Type.Integer({ default: 2_000, minimum: 0, maximum: 3_600_000 }),
});

export type Config = ReturnType<typeof readConfig>;

export function readConfig(source: NodeJS.ProcessEnv) {
  const env = readEnv(Env, source);
  return { ...workerConfig(env), llm: llmConfig(env), windowMs: env.PERSONA_WINDOW_MS };
}
