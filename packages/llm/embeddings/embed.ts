import { ConfigError } from '@learning-loop/service/config/read-env';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { type Budget, createBudget, type Spending } from '../budget.ts';

import { createResilientClient, type ModelAnswer } from '../client/resilient-call.ts';
import { connectServer } from '../client/server.ts';
import { createSlots } from '../client/slots.ts';
import { addVersionPath, type LlmEnv, llmConfig, spendingConfig, url } from '../config.ts';

export const embeddingEnv = {
  EMBEDDING_MODEL_NAME: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  /** Unset: the server of SLM_IMPL, with its key. */
  EMBEDDING_BASE_URL: Type.Optional(Type.String(url)),
  /** Only for EMBEDDING_BASE_URL: no server gets another server's key. */
  EMBEDDING_API_KEY: Type.Optional(Type.String()),
  EMBEDDING_TIMEOUT_MS: Type.Integer({ default: 500, minimum: 10, maximum: 60_000 }),
  /** Per million tokens. */
  EMBEDDING_PRICE: Type.Number({ default: 0, minimum: 0 }),
};
type EmbeddingEnv = Static<Type.TObject<typeof embeddingEnv>>;

export interface EmbeddingConfig extends Spending {
  baseUrl: string;
  model: string;
  apiKey: string | null;
  timeoutMs: number;
  maxConcurrency: number;
  price: number;
}

/** Null without a model. Throws a ConfigError without a server. */
export function embeddingConfig(env: LlmEnv & EmbeddingEnv): EmbeddingConfig | null {
  if (env.EMBEDDING_MODEL_NAME === undefined) return null;
  return {
    ...resolveServer(env),
    model: env.EMBEDDING_MODEL_NAME,
    timeoutMs: env.EMBEDDING_TIMEOUT_MS,
    maxConcurrency: env.LLM_MAX_CONCURRENCY,
    price: env.EMBEDDING_PRICE,
    ...spendingConfig(env),
  };
}

function resolveServer(env: LlmEnv & EmbeddingEnv): Pick<EmbeddingConfig, 'baseUrl' | 'apiKey'> {
  if (env.EMBEDDING_BASE_URL !== undefined)
    return { baseUrl: addVersionPath(env.EMBEDDING_BASE_URL), apiKey: env.EMBEDDING_API_KEY ?? null };
  const llm = llmConfig(env);
  if (llm.impl === 'rules')
    throw new ConfigError(
      'EMBEDDING_BASE_URL is not set; with SLM_IMPL=rules EMBEDDING_MODEL_NAME needs it.',
    );
  const { baseUrl, apiKey } = llm;
  return { baseUrl, apiKey };
}

/** Every server accepts this many texts per call. */
export const maxBatch = 32;
/** In characters: about the 512 tokens that small models read. */
const maxTextLength = 2_000;
const maxResponseBytes = 16 * 1024 * 1024;

export interface Embedder extends AsyncDisposable {
  model: string;
  /** Vectors of length 1 for at most `maxBatch` texts; null when none arrive in time. Charges the tenant's budget. */
  embed(tenantId: string, texts: string[]): Promise<Float32Array[] | null>;
}

const Embeddings = Type.Object({
  data: Type.Array(
    Type.Object({
      index: Type.Integer({ minimum: 0 }),
      embedding: Type.Array(Type.Number(), { minItems: 1, maxItems: 8192 }),
    }),
  ),
  usage: Type.Optional(Type.Object({ prompt_tokens: Type.Integer({ minimum: 0 }) })),
});

export function connectEmbedder(
  config: EmbeddingConfig,
  log: Logger,
  registry: Registry,
  budget: Budget = createBudget(config),
): Embedder {
  const { embeddings } = connectServer(config, maxResponseBytes);
  const { model, price } = config;
  const prices = { input: price, output: 0 };
  const { maxConcurrency, timeoutMs } = config;
  const limits = { model, prices, maxQueued: 2 * maxConcurrency };
  const slots = createSlots(maxConcurrency);
  const client = createResilientClient(limits, { log, registry, budget, slots });

  async function send(input: string[], signal: AbortSignal): Promise<ModelAnswer<Float32Array[]>> {
    // Some servers ignore the client's default, base64, and it would misread their numbers.
    const answer: unknown = await embeddings.create({ model, input, encoding_format: 'float' }, { signal });
    const { data, usage } = Value.Parse(Embeddings, answer);
    const tokens = usage ? { prompt: usage.prompt_tokens, completion: 0 } : null;
    return { value: toVectors(data, input.length), tokens };
  }

  return {
    model,
    embed(tenantId, texts) {
      const input = texts.map((text) => text.slice(0, maxTextLength));
      const bytes = input.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      const estimate = { prompt: Math.ceil(bytes / 4), completion: 0 };
      return client.call(tenantId, {
        ...{ operation: 'embed', estimate, timeoutMs, isBackground: false },
        send: ({ signal }) => send(input, signal),
      });
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
    },
  };
}

function toVectors(data: { index: number; embedding: number[] }[], count: number): Float32Array[] {
  const [first] = data;
  // Before they are padded, which would hide different sizes.
  const isOneSize = data.every(({ embedding }) => embedding.length === first?.embedding.length);
  const fits =
    data.every(({ index }) => index < count) && new Set(data.map(({ index }) => index)).size === count;
  if (data.length !== count || !fits || !isOneSize)
    throw new RangeError('The server sent other vectors than one for each text, all of one size.');
  return data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => toUnitVector(embedding));
}

/** Padded to a multiple of four, as `dot` requires. */
function toUnitVector(embedding: number[]): Float32Array {
  const length = Math.hypot(...embedding);
  if (!(length > 0 && length < Number.POSITIVE_INFINITY))
    throw new RangeError('The server sent a vector without a direction.');
  const vector = new Float32Array(4 * Math.ceil(embedding.length / 4));
  vector.set(embedding.map((value) => value / length));
  return vector;
}
