import { ConfigError } from '@learning-loop/service/config/read-env';
import { Type } from 'typebox';
import type { Prices, Spending } from './budget.ts';

/** Without a path, /v1 is added, where all of these servers have their API. */
export const url = { pattern: '^https?://[^\\s/]', description: 'an http or https URL' };

export const llmEnv = {
  // Not mapped from a list: TypeBox would infer never, and the compiler would check nothing.
  SLM_IMPL: Type.Union(
    [Type.Literal('rules'), Type.Literal('ollama'), Type.Literal('vllm'), Type.Literal('openai')],
    { default: 'rules' },
  ),
  OLLAMA_BASE_URL: Type.String({ ...url, default: 'http://localhost:11434/v1' }),
  OLLAMA_MODEL_NAME: Type.Optional(Type.String()),
  VLLM_BASE_URL: Type.Optional(Type.String(url)),
  VLLM_MODEL_NAME: Type.Optional(Type.String()),
  OPENAI_BASE_URL: Type.String({ ...url, default: 'https://api.openai.com/v1' }),
  OPENAI_API_KEY: Type.Optional(Type.String()),
  OPENAI_MODEL_NAME: Type.Optional(Type.String()),
  /** Of calls that a person waits for; includes queueing, retries and parsing. */
  LLM_TIMEOUT_MS: Type.Integer({ default: 8_000, minimum: 50, maximum: 60_000 }),
  /** Of calls that nobody waits for. */
  LLM_BACKGROUND_TIMEOUT_MS: Type.Integer({ default: 60_000, minimum: 50, maximum: 600_000 }),
  /** Per process. */
  LLM_MAX_CONCURRENCY: Type.Integer({ default: 8, minimum: 1, maximum: 1000 }),
  /** Per tenant, clock hour and process; 0 means unlimited. */
  LLM_TOKENS_PER_HOUR: Type.Integer({ default: 0, minimum: 0 }),
  /** Per tenant, day (UTC) and process, in the currency of the prices; 0 means unlimited. */
  LLM_COST_PER_DAY: Type.Number({ default: 0, minimum: 0 }),
  /** Per million tokens. */
  LLM_INPUT_PRICE: Type.Number({ default: 0, minimum: 0 }),
  LLM_OUTPUT_PRICE: Type.Number({ default: 0, minimum: 0 }),
};
const LlmEnv = Type.Object(llmEnv);
export type LlmEnv = Type.Static<typeof LlmEnv>;

export interface ModelConfig extends Spending {
  impl: 'ollama' | 'vllm' | 'openai';
  baseUrl: string;
  model: string;
  apiKey: string | null;
  /** Of calls that somebody waits for. */
  timeoutMs: number;
  backgroundTimeoutMs: number;
  maxConcurrency: number;
  /** Further calls are rejected at once; queued ones after half of the timeout. */
  maxQueued: number;
  prices: Prices;
  /** Of other models, by name; the rest cost `prices`. */
  modelPrices?: Record<string, Prices>;
}
export type LlmConfig = { impl: 'rules' } | ModelConfig;

export const addVersionPath = (baseUrl: string): string =>
  baseUrl.replace(/^(https?:\/\/[^/]+)\/?$/u, '$1/v1');

export const spendingConfig = (env: LlmEnv): Spending => ({
  tokensPerHour: env.LLM_TOKENS_PER_HOUR,
  costPerDay: env.LLM_COST_PER_DAY,
});

/** Throws a ConfigError that names each missing variable. */
export function llmConfig(env: LlmEnv): LlmConfig {
  const impl = env.SLM_IMPL;
  if (impl === 'rules') return { impl };
  const faults: string[] = [];
  const need = (name: Exclude<keyof LlmEnv, `LLM_${string}`>) => {
    const value = env[name];
    if (!value) faults.push(`${name} is not set; SLM_IMPL=${impl} needs it.`);
    return value ?? '';
  };
  const prefix = ({ ollama: 'OLLAMA', vllm: 'VLLM', openai: 'OPENAI' } as const)[impl];
  const config: ModelConfig = {
    impl,
    baseUrl: addVersionPath(need(`${prefix}_BASE_URL`)),
    model: need(`${prefix}_MODEL_NAME`),
    apiKey: impl === 'openai' ? need('OPENAI_API_KEY') : null,
    timeoutMs: env.LLM_TIMEOUT_MS,
    backgroundTimeoutMs: env.LLM_BACKGROUND_TIMEOUT_MS,
    maxConcurrency: env.LLM_MAX_CONCURRENCY,
    maxQueued: 2 * env.LLM_MAX_CONCURRENCY,
    prices: { input: env.LLM_INPUT_PRICE, output: env.LLM_OUTPUT_PRICE },
    ...spendingConfig(env),
  };
  if (config.costPerDay > 0 && config.prices.input + config.prices.output === 0)
    faults.push('LLM_COST_PER_DAY needs LLM_INPUT_PRICE and LLM_OUTPUT_PRICE, each per million tokens.');
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return config;
}

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

/** Those with prices of their own. */
export function toModelPrices(allowed: AllowedModels): Record<string, Prices> {
  return Object.fromEntries([...allowed].flatMap(([name, prices]) => (prices ? [[name, prices]] : [])));
}
