import { ConfigError } from '@learning-loop/service/config/read-env';
import { type Static, Type } from 'typebox';
import type { Spending } from '../budget.ts';
import { type LlmEnv, llmConfig, spendingConfig, url, withVersion } from '../config.ts';

/** The environment variables of embeddings, to spread into an app's schema beside those of the LLM. */
export const embeddingEnv = {
  /** Unset: texts are compared by their words alone. */
  EMBEDDING_MODEL_NAME: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  /** Unset: the server that SLM_IMPL names, with its key. */
  EMBEDDING_BASE_URL: Type.Optional(Type.String(url)),
  /** Only for EMBEDDING_BASE_URL: no server gets another one's key. */
  EMBEDDING_API_KEY: Type.Optional(Type.String()),
  /** For the texts of one request; then they are compared by their words. */
  EMBEDDING_TIMEOUT_MS: Type.Integer({ default: 500, minimum: 10, maximum: 60_000 }),
  /** Per million tokens. */
  EMBEDDING_PRICE: Type.Number({ default: 0, minimum: 0 }),
};
type EmbeddingEnv = Static<Type.TObject<typeof embeddingEnv>>;

/** A server with an embedding model, and the limits of its use. */
export interface EmbeddingConfig extends Spending {
  baseUrl: string;
  model: string;
  apiKey: string | null;
  timeoutMs: number;
  maxConcurrency: number;
  price: number;
}

/** Null without a model. Throws a ConfigError where no server is named. */
export function embeddingConfig(env: LlmEnv & EmbeddingEnv): EmbeddingConfig | null {
  if (env.EMBEDDING_MODEL_NAME === undefined) return null;
  return {
    ...serverOf(env),
    model: env.EMBEDDING_MODEL_NAME,
    timeoutMs: env.EMBEDDING_TIMEOUT_MS,
    maxConcurrency: env.LLM_MAX_CONCURRENCY,
    price: env.EMBEDDING_PRICE,
    ...spendingConfig(env),
  };
}

function serverOf(env: LlmEnv & EmbeddingEnv): Pick<EmbeddingConfig, 'baseUrl' | 'apiKey'> {
  if (env.EMBEDDING_BASE_URL !== undefined)
    return { baseUrl: withVersion(env.EMBEDDING_BASE_URL), apiKey: env.EMBEDDING_API_KEY ?? null };
  const llm = llmConfig(env);
  if (llm.impl === 'rules')
    throw new ConfigError(
      'EMBEDDING_BASE_URL is not set; with SLM_IMPL=rules EMBEDDING_MODEL_NAME needs it.',
    );
  const { baseUrl, apiKey } = llm;
  return { baseUrl, apiKey };
}
