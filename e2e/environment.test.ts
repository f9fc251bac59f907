import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readConfig as readConsole } from 'console/config';
import { readConfig as readGateway } from 'gateway/config';
import { readConfig as readMemoryWorker } from 'memory-worker/config';
import { readConfig as readPersonaWorker } from 'persona-worker/config';
import { readConfig as readStandalone } from 'standalone/config';
import { readConfig as readTrainer } from 'trainer/config';
import { readConfig as readTrainingLogWorker } from 'training-log-worker/config';
import { expect, test } from 'vitest';

const apps = {
  gateway: readGateway,
  'training-log-worker': readTrainingLogWorker,
  'memory-worker': readMemoryWorker,
  'persona-worker': readPersonaWorker,
  trainer: readTrainer,
};

const file = (name: string) => readFile(path.join(import.meta.dirname, '..', name), 'utf8');

/** The names of the variables that a reader asks for. */
function namesRead(readConfig: (env: NodeJS.ProcessEnv) => unknown): string[] {
  const asked = new Set<string>();
  const env = { DATABASE_URL: 'postgres://localhost/any' };
  readConfig(
    new Proxy(env, {
      get(target, name) {
        asked.add(String(name));
        return Reflect.get(target, name);
      },
    }),
  );
  return [...asked].filter((name) => !name.endsWith('_FILE')).toSorted();
}

function namesExplained(text: string): string[] {
  return [...text.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = '']) => name).toSorted();
}

const everyName = () =>
  [...new Set([readStandalone, readConsole, ...Object.values(apps)].flatMap(namesRead))].toSorted();

test('.env.example explains every variable that is read, and no other', async () => {
  expect(namesExplained(await file('.env.example'))).toEqual(everyName());
});

test('the README lists only variables that are read', async () => {
  const rows = (await file('README.md')).matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm);
  const listed = [...rows].map(([, name]) => name);
  expect(listed).not.toEqual([]);
  expect(everyName()).toEqual(expect.arrayContaining(listed));
});

/** Every variable with a value of its own, so that one that is read for another is noticed. */
const everyVariable = {
  HOST: '127.0.0.2',
  PORT: '9001',
  CONSOLE_PORT: '9002',
  ALLOW_NO_KEYS: 'true',
  RATE_LIMIT_PER_KEY: '11',
  RATE_LIMIT_PER_USER: '12',
  RATE_LIMIT_FAILED_KEYS: '33',
  OPERATOR_TENANT: 'operator',
  LLM_ALLOWED_MODELS: 'small=0.1/0.2',
  DATABASE_URL: 'postgres://db/loop',
  DATA_DIR: '/data',
  REDIS_URL: 'redis://queue',
  LOG_DIR: '/logs',
  LOG_LEVEL: 'debug',
  ENABLE_TRAINING_DATA_COLLECTION: 'false',
  TRAINING_DATA_DIR: 's3://bucket/log',
  DATASETS_DIR: '/datasets',
  MIN_CONFIDENCE_FOR_TRAINING: '0.13',
  RETENTION_DAYS: '14',
  TRAINER_CRON: '15 4 * * *',
  TRAINER_MIN_NEW_SAMPLES: '16',
  TRAINER_MAX_SHARE_PER_USER: '0.17',
  TRAINER_QUARANTINE_HOURS: '18',
  TRAINER_CANARY_SHARE: '0.19',
  TRAINER_FINE_TUNE: 'openai',
  TRAINER_FINE_TUNE_MODEL: 'tuned',
  GATEWAY_URL: 'http://gateway:9003/',
  METRICS_URLS: 'http://a/metrics,http://b/metrics',
  METRICS_KEY: 'metrics key',
  EXPLORATION_RATE: '0.2',
  AUTO_ADVANCE_THRESHOLD: '0.21',
  PROMPT_TOKEN_BUDGET: '220',
  SLM_IMPL: 'openai',
  OLLAMA_BASE_URL: 'http://ollama/v1',
  OLLAMA_MODEL_NAME: 'llama3.1',
  VLLM_BASE_URL: 'http://vllm/v1',
  VLLM_MODEL_NAME: 'qwen',
  OPENAI_BASE_URL: 'http://openai/v1',
  OPENAI_API_KEY: 'openai key',
  OPENAI_MODEL_NAME: 'gpt',
  LLM_TIMEOUT_MS: '2300',
  LLM_BACKGROUND_TIMEOUT_MS: '23000',
  LLM_MAX_CONCURRENCY: '24',
  LLM_TOKENS_PER_HOUR: '25',
  LLM_COST_PER_DAY: '2.6',
  LLM_INPUT_PRICE: '2.7',
  LLM_OUTPUT_PRICE: '2.8',
  LLM_RERANK: 'true',
  EMBEDDING_MODEL_NAME: 'bge',
  EMBEDDING_BASE_URL: 'http://tei/v1',
  EMBEDDING_API_KEY: 'tei key',
  EMBEDDING_TIMEOUT_MS: '2900',
  EMBEDDING_PRICE: '3.1',
  PERSONA_WINDOW_MS: '3200',
};
const infra = {
  ...{ databaseUrl: 'postgres://db/loop', redisUrl: 'redis://queue', host: '127.0.0.2' },
  ...{ logDir: '/logs', logLevel: 'debug' },
};
const worker = { ...infra, port: 9001, metricsKey: 'metrics key' };
const spending = { tokensPerHour: 25, costPerDay: 2.6 };
const llm = {
  ...{ impl: 'openai', baseUrl: 'http://openai/v1', model: 'gpt', apiKey: 'openai key' },
  ...{
    timeoutMs: 2300,
    backgroundTimeoutMs: 23_000,
    maxConcurrency: 24,
    maxQueued: 48,
    prices: { input: 2.7, output: 2.8 },
    ...spending,
  },
};
const embedding = {
  ...{ baseUrl: 'http://tei/v1', model: 'bge', apiKey: 'tei key' },
  ...{ timeoutMs: 2900, maxConcurrency: 24, price: 3.1, ...spending },
};

test('each variable sets what it names, in every app', () => {
  expect(Object.keys(everyVariable).toSorted()).toEqual(everyName());
  expect(readGateway(everyVariable)).toEqual({
    ...{ ...infra, port: 9001, trainingDataDir: 's3://bucket/log', allowNoKeys: true },
    ...{ explorationRate: 0.2, autoAdvanceThreshold: 0.21, promptTokenBudget: 220 },
    ...{ requestsPerKey: 11, requestsPerUser: 12, failedKeysPerAddress: 33 },
    llm: { ...llm, modelPrices: { small: { input: 0.1, output: 0.2 } } },
    ...{ spending, embedding, rerank: true },
    allowedModels: new Map([['small', { input: 0.1, output: 0.2 }]]),
  });
  expect(readTrainingLogWorker(everyVariable)).toEqual({
    ...{ ...worker, collect: false, trainingDataDir: 's3://bucket/log' },
  });
  expect(readMemoryWorker(everyVariable)).toEqual({ ...worker, embedding });
  expect(readPersonaWorker(everyVariable)).toEqual({
    ...{ ...worker, windowMs: 3200, maxConcurrentJobs: 24 },
    llm: { ...llm, maxQueued: Number.POSITIVE_INFINITY },
  });
  expect(readTrainer(everyVariable)).toEqual({
    ...{ ...worker, trainingLog: 's3://bucket/log', trainingDataDir: '/datasets' },
    ...{ minConfidence: 0.13, retentionDays: 14, maxSharePerUser: 0.17, minNewSamples: 16 },
    ...{ quarantineHours: 18, canaryShare: 0.19, cron: '15 4 * * *' },
    fineTune: { baseUrl: 'http://openai/v1', apiKey: 'openai key', baseModel: 'tuned' },
  });
  expect(readConsole(everyVariable)).toEqual({
    ...{ ...infra, port: 9001, gatewayUrl: 'http://gateway:9003', operatorTenant: 'operator' },
    metrics: { urls: ['http://a/metrics', 'http://b/metrics'], key: 'metrics key' },
  });
  const { apps: _, ...standalone } = readStandalone(everyVariable);
  expect(standalone).toEqual({
    ...{ databaseUrl: 'postgres://db/loop', dataDir: '/data', host: '127.0.0.2', port: 9001 },
    ...{ consolePort: 9002, logDir: '/logs', logLevel: 'debug' },
  });
});
