import { readConfig as readConsole } from 'console/config';
import { readConfig as readGateway } from 'gateway/config';
import { readConfig as readMemoryWorker } from 'memory-worker/config';
import { readConfig as readPersonaWorker } from 'persona-worker/config';
import { readConfig as readStandalone } from 'standalone/config';
import { readConfig as readTrainer } from 'trainer/config';
import { readConfig as readTrainingLogWorker } from 'training-log-worker/config';
import { expect, test } from 'vitest';

const databaseUrl = 'postgres://localhost/any';

/** Of every app, without any variable but DATABASE_URL. Undefined: not served, or not there. */
const common = { databaseUrl, redisUrl: undefined, host: '127.0.0.1', logDir: undefined, logLevel: 'info' };
const worker = { ...common, port: undefined, metricsKey: undefined };
const training = './data/training';
const defaults = {
  gateway: {
    ...common,
    port: 8080,
    trainingDataDir: training,
    explorationRate: 0.05,
    autoAdvanceThreshold: 0.8,
    promptTokenBudget: 2_000,
    allowNoKeys: false,
    requestsPerKey: 60_000,
    requestsPerUser: 600,
    failedKeysPerAddress: 60,
    allowedModels: new Map(),
    llm: { impl: 'rules' },
    spending: { tokensPerHour: 0, costPerDay: 0 },
    embedding: null,
    rerank: false,
  },
  'training-log-worker': { ...worker, collect: true, trainingDataDir: training },
  'memory-worker': { ...worker, embedding: null },
  'persona-worker': { ...worker, windowMs: 2_000, llm: { impl: 'rules' } },
  trainer: {
    ...worker,
    trainingLog: training,
    trainingDataDir: training,
    minConfidence: 0.7,
    retentionDays: 0,
    maxSharePerUser: 0.01,
    minNewSamples: 100,
    quarantineHours: 24,
    canaryShare: 0.1,
    fineTune: null,
    cron: '0 3 * * 0',
  },
  console: {
    ...common,
    port: 8081,
    gatewayUrl: 'http://127.0.0.1:8080',
    metrics: { urls: [], key: undefined },
    operatorTenant: undefined,
  },
};

/** With a model, each of whose other variables is unset. */
const modelDefaults = {
  baseUrl: 'https://api.openai.com/v1',
  timeoutMs: 8_000,
  backgroundTimeoutMs: 60_000,
  maxConcurrency: 8,
  maxQueued: 16,
  prices: { input: 0, output: 0 },
  tokensPerHour: 0,
  costPerDay: 0,
};
const withModel = { SLM_IMPL: 'openai', OPENAI_API_KEY: 'secret', OPENAI_MODEL_NAME: 'gpt' };
const model = { impl: 'openai', model: 'gpt', apiKey: 'secret', ...modelDefaults };
const withEmbeddings = { EMBEDDING_MODEL_NAME: 'bge', EMBEDDING_BASE_URL: 'http://gpu:8000' };
const embedding = {
  ...{ baseUrl: 'http://gpu:8000/v1', model: 'bge', apiKey: null },
  ...{ timeoutMs: 500, maxConcurrency: 8, price: 0, tokensPerHour: 0, costPerDay: 0 },
};

const readers = {
  gateway: readGateway,
  'training-log-worker': readTrainingLogWorker,
  'memory-worker': readMemoryWorker,
  'persona-worker': readPersonaWorker,
  trainer: readTrainer,
  console: readConsole,
};
type App = keyof typeof readers;
const apps: App[] = [
  ...(['gateway', 'training-log-worker', 'memory-worker'] as const),
  ...(['persona-worker', 'trainer', 'console'] as const),
];

test.each(apps)('%s has these defaults', (app) => {
  expect(readers[app]({ DATABASE_URL: databaseUrl })).toEqual(defaults[app]);
});

test('a model, embeddings and a provider that tunes have these defaults', () => {
  const env = { DATABASE_URL: databaseUrl, ...withModel, ...withEmbeddings };
  expect(readGateway(env)).toEqual({ ...defaults.gateway, llm: { ...model, modelPrices: {} }, embedding });
  expect(readMemoryWorker(env)).toEqual({ ...defaults['memory-worker'], embedding });
  expect(readPersonaWorker(env)).toEqual({
    ...defaults['persona-worker'],
    ...{ llm: { ...model, maxQueued: Number.POSITIVE_INFINITY }, maxConcurrentJobs: 8 },
  });
  const ollama = { SLM_IMPL: 'ollama', OLLAMA_MODEL_NAME: 'llama3.1' };
  expect(readGateway({ DATABASE_URL: databaseUrl, ...ollama }).llm).toMatchObject({
    baseUrl: 'http://localhost:11434/v1',
  });
  expect(readTrainer({ ...env, TRAINER_FINE_TUNE: 'openai' }).fineTune).toEqual({
    ...{ baseUrl: 'https://api.openai.com/v1', apiKey: 'secret', baseModel: 'gpt-4o-mini-2024-07-18' },
  });
});

test('beside a training log on S3, datasets have this default', () => {
  const env = { DATABASE_URL: databaseUrl, TRAINING_DATA_DIR: 's3://bucket/log' };
  expect(readTrainer(env)).toMatchObject({ trainingLog: 's3://bucket/log', trainingDataDir: training });
});

test('the standalone has its own database and log, and the defaults of all apps', () => {
  const { apps: readApps, ...own } = readStandalone({});
  expect(own).toEqual({
    ...{ databaseUrl: undefined, dataDir: './data', host: '127.0.0.1', port: 8080 },
    ...{ consolePort: undefined, logDir: './logs', logLevel: 'info' },
  });
  expect(readApps(databaseUrl)).toEqual({
    gateway: defaults.gateway,
    trainingLogWorker: defaults['training-log-worker'],
    memoryWorker: defaults['memory-worker'],
    personaWorker: defaults['persona-worker'],
    trainer: defaults.trainer,
    console: defaults.console,
  });
});
