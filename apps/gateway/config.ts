import { llmConfig, llmEnv } from '@learning-loop/llm/config';
import { readEnv } from '@learning-loop/service/config';
import { engineEnv } from '@learning-loop/service/engine-env';
import { logConfig, logEnv } from '@learning-loop/service/log';
import { Type } from 'typebox';
import { safetyConfig, safetyEnv } from './safety-config.ts';

const Env = Type.Object({
  ...engineEnv,
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535 }),
  TRAINING_DATA_DIR: Type.String({ default: './data/training' }),
  EXPLORATION_RATE: Type.Number({ default: 0.05, minimum: 0, maximum: 1 }),
  AUTO_ADVANCE_THRESHOLD: Type.Number({ default: 0.85, minimum: 0, maximum: 1 }),
  PROMPT_TOKEN_BUDGET: Type.Integer({ default: 2_000, minimum: 100, maximum: 100_000 }),
  ...safetyEnv,
  ...llmEnv,
  ...logEnv,
});

export type Config = ReturnType<typeof readConfig>;

export function readConfig(source: NodeJS.ProcessEnv) {
  const env = readEnv(Env, source);
  return {
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    host: env.HOST,
    port: env.PORT,
    trainingDataDir: env.TRAINING_DATA_DIR,
    explorationRate: env.EXPLORATION_RATE,
    autoAdvanceThreshold: env.AUTO_ADVANCE_THRESHOLD,
    promptTokenBudget: env.PROMPT_TOKEN_BUDGET,
    ...safetyConfig(env),
    llm: llmConfig(env),
    ...logConfig(env),
  };
}
