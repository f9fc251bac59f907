import {
  llmConfig,
  llmEnv,
  parseAllowedModels,
  spendingConfig,
  toModelPrices,
} from '@learning-loop/llm/config';
import { embeddingConfig, embeddingEnv } from '@learning-loop/llm/embeddings/embed';
import { hostEnv, infraEnv, toHost } from '@learning-loop/service/config/infra-env';
import { ConfigError, readEnv } from '@learning-loop/service/config/read-env';
import { logConfig, logEnv } from '@learning-loop/service/log';
import { type Static, Type } from 'typebox';

export const safetyEnv = {
  /** For networks with trusted callers only, such as that of docker-compose.yml. */
  ALLOW_NO_KEYS: Type.Boolean({ default: false }),
  /** Per minute; 0 is no limit. Unauthenticated requests are not limited. */
  RATE_LIMIT_PER_KEY: Type.Integer({ default: 60_000, minimum: 0 }),
  RATE_LIMIT_PER_USER: Type.Integer({ default: 600, minimum: 0 }),
  /** Per minute and address; 0 is no limit. */
  RATE_LIMIT_FAILED_KEYS: Type.Integer({ default: 60, minimum: 0 }),
};

const safetyConfig = (env: Static<Type.TObject<typeof safetyEnv>>) => ({
  allowNoKeys: env.ALLOW_NO_KEYS,
  requestsPerKey: env.RATE_LIMIT_PER_KEY,
  requestsPerUser: env.RATE_LIMIT_PER_USER,
  failedKeysPerAddress: env.RATE_LIMIT_FAILED_KEYS,
});

const Env = Type.Object({
  ...infraEnv,
  ...hostEnv,
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535 }),
  TRAINING_DATA_DIR: Type.String({ default: './data/training' }),
  EXPLORATION_RATE: Type.Number({ default: 0.05, minimum: 0, maximum: 1 }),
  AUTO_ADVANCE_THRESHOLD: Type.Number({ default: 0.8, minimum: 0, maximum: 1 }),
  PROMPT_TOKEN_BUDGET: Type.Integer({ default: 2_000, minimum: 100, maximum: 100_000 }),
  ...safetyEnv,
  ...llmEnv,
  ...embeddingEnv,
  /** Whether a model reranks the ten most relevant memories. */
  LLM_RERANK: Type.Boolean({ default: false }),
  /** Besides the configured model: those that tenants may register by hand. */
  LLM_ALLOWED_MODELS: Type.String({ default: '' }),
  ...logEnv,
});

export type Config = ReturnType<typeof readConfig>;

export function readConfig(source: NodeJS.ProcessEnv) {
  const env = readEnv(Env, source);
  if (env.LLM_RERANK && env.SLM_IMPL === 'rules')
    throw new ConfigError(
      'LLM_RERANK is true, and SLM_IMPL=rules has no model; set SLM_IMPL, or leave LLM_RERANK.',
    );
  const allowedModels = parseAllowedModels(env.LLM_ALLOWED_MODELS);
  const llm = llmConfig(env);
  return {
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    host: toHost(env),
    port: env.PORT,
    trainingDataDir: env.TRAINING_DATA_DIR,
    explorationRate: env.EXPLORATION_RATE,
    autoAdvanceThreshold: env.AUTO_ADVANCE_THRESHOLD,
    promptTokenBudget: env.PROMPT_TOKEN_BUDGET,
    ...safetyConfig(env),
    llm: llm.impl === 'rules' ? llm : { ...llm, modelPrices: toModelPrices(allowedModels) },
    allowedModels,
    spending: spendingConfig(env),
    embedding: embeddingConfig(env),
    rerank: env.LLM_RERANK,
    ...logConfig(env),
  };
}
