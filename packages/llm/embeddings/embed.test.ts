import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { readEnv } from '@learning-loop/service/config/read-env';
import { Registry } from 'prom-client';
import { Type } from 'typebox';
import { expect, onTestFinished, test } from 'vitest';
import { llmEnv } from '../config.ts';
import {
  type EmbeddingFault,
  embedderConfig,
  embeddingServer,
  sendVectors,
} from '../testing/embedding-server.ts';
import { sendJson, silent } from '../testing/model-server.ts';
import { connectEmbedder, embeddingConfig, embeddingEnv } from './embed.ts';

async function stage(changes: Parameters<typeof embedderConfig>[1] = {}) {
  const server = await embeddingServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const registry = new Registry();
  const embedder = connectEmbedder(embedderConfig(server.url, changes), silent, registry);
  onTestFinished(() => embedder[Symbol.asyncDispose]());
  return { server, embedder, registry };
}

const none: Float32Array = new Float32Array();
const product = (a = none, b = none) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

test('texts get vectors of length 1 in their order, in one call', async () => {
  const { server, embedder, registry } = await stage({ price: 2 });
  const [inn, herberge, drill] =
    (await embedder.embed('acme', ['quiet inn', 'stille Herberge', 'a drill'])) ?? [];
  expect(server.requests).toEqual([
    { model: 'concepts', input: ['quiet inn', 'stille Herberge', 'a drill'], encoding_format: 'float' },
  ]);
  expect(product(inn, inn)).toBeCloseTo(1, 5);
  expect(product(inn, herberge)).toBeCloseTo(1, 5);
  expect(product(inn, drill)).toBeLessThan(0.9);
  const text = await registry.metrics();
  expect(text).toContain('llm_calls_total{model="concepts",operation="embed",outcome="ok"} 1');
  expect(text).toContain('llm_tokens_total{model="concepts",operation="embed",kind="prompt"} 21');
  expect(text).toContain('llm_cost_total{model="concepts",operation="embed"} 0.000042');
});

const one = [1, 0, 0, 0];
const sendIndexes = (response: ServerResponse, ...indexes: number[]) =>
  sendJson(response, 200, { data: indexes.map((index) => ({ index, embedding: one })) });
const faults: Record<string, EmbeddingFault> = {
  'no answer in time': () => {},
  '500': (response) => sendJson(response, 500, {}),
  '401': (response) => sendJson(response, 401, {}),
  'no JSON': (response) => response.end('vectors'),
  'base64 instead of numbers': (response) => sendVectors(response, ['AACAPw==', 'AACAPw==']),
  'a vector too few': (response) => sendVectors(response, [one]),
  'a vector too many': (response) => sendVectors(response, [one, one, one]),
  'vectors of two sizes': (response) => sendVectors(response, [one, [1, 0, 0, 0, 0]]),
  'vectors of two sizes that a padding would make equal': (response) =>
    sendVectors(response, [one, [1, 0, 0]]),
  'a vector without a direction': (response) => sendVectors(response, [one, [0, 0, 0, 0]]),
  'a number that is none': (response) => sendVectors(response, [one, [1, null, 0, 0]]),
  'the same text twice': (response) => sendIndexes(response, 0, 0),
  'a text twice beside the others': (response) => sendIndexes(response, 0, 1, 1),
  'a text that was not asked for': (response) => sendIndexes(response, 0, 2),
  'a text before the first': (response) => sendIndexes(response, -1, 0),
  'no texts': (response) => sendIndexes(response),
  'vectors without a number': (response) => sendVectors(response, [[], []]),
  'vectors of 8,193 numbers': (response) =>
    sendVectors(
      response,
      [1, 1].map((n) => Array(8_193).fill(n)),
    ),
  'a vector longer than all numbers': (response) => sendVectors(response, [one, Array(4).fill(1.7e308)]),
  'fewer tokens than none': (response) =>
    sendJson(response, 200, {
      data: [0, 1].map((index) => ({ index, embedding: one })),
      usage: { prompt_tokens: -1 },
    }),
};

test.each(Object.entries(faults))('%s is no answer, and the next one is taken', async (_name, fault) => {
  const { server, embedder } = await stage({ timeoutMs: 1_000 });
  server.state.fault = fault;
  expect(await embedder.embed('acme', ['a', 'b'])).toBeNull();
  server.state.fault = null;
  await expect.poll(() => embedder.embed('acme', ['a', 'b']), { timeout: 10_000 }).toHaveLength(2);
});

test('vectors are divided by their length and padded to a multiple of four; the longest has 8,192 numbers', async () => {
  const { server, embedder, registry } = await stage({ price: 3 });
  server.state.fault = (response) => sendVectors(response, [[3, 0, 4]]);
  expect(await embedder.embed('acme', ['a'])).toEqual([Float32Array.of(0.6, 0, 0.8, 0)]);
  server.state.fault = (response) => sendVectors(response, [Array(8_192).fill(1)]);
  expect((await embedder.embed('acme', ['a']))?.[0]).toHaveLength(8_192);
  server.state.fault = (response) => sendJson(response, 200, { data: [{ index: 0, embedding: one }] });
  expect(await embedder.embed('acme', ['ä'.repeat(3)])).toHaveLength(1);
  // Two times 7 tokens, and an estimate of 2 for 6 bytes, at 3 per million.
  const text = await registry.metrics();
  expect(text).toContain('llm_tokens_total{model="concepts",operation="embed",kind="prompt"} 14');
  expect(text).toContain('llm_cost_total{model="concepts",operation="embed"} 0.000048');
});

test('a text is cut to 2,000 characters', async () => {
  const { server, embedder } = await stage();
  await embedder.embed('acme', ['x'.repeat(2_000), `${'y'.repeat(2_000)}z`]);
  expect(server.requests[0]?.input).toEqual(['x'.repeat(2_000), 'y'.repeat(2_000)]);
});

test('a call that took too long is aborted: the server sees its socket close, and nothing is asked after the end', async () => {
  const { server, embedder } = await stage({ timeoutMs: 300 });
  const asked = Promise.withResolvers<ServerResponse>();
  server.state.fault = asked.resolve;
  const [embedded] = await Promise.all([
    embedder.embed('acme', ['a']),
    asked.promise.then((it) => once(it, 'close')),
  ]);
  expect(embedded).toBeNull();
  server.state.fault = null;
  await embedder[Symbol.asyncDispose]();
  expect(await embedder.embed('acme', ['a'])).toBeNull();
  expect(server.requests).toHaveLength(1);
});

test('a server that is down is left alone', async () => {
  const { server, embedder, registry } = await stage();
  server.state.fault = (response) => response.destroy();
  for (let n = 0; n < 20; n += 1) expect(await embedder.embed('acme', ['a'])).toBeNull();
  expect(server.requests.length).toBeLessThan(20);
  expect(await registry.metrics()).toContain('outcome="breaker_open"');
});

test('a tenant pays for its own texts', async () => {
  const { embedder } = await stage({ tokensPerHour: 50 });
  const text = 'a text of forty characters, more or less';
  const answers = [];
  for (const tenant of ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'b'])
    answers.push(await embedder.embed(tenant, [text]));
  expect(answers[0]).not.toBeNull();
  expect(answers.at(-2)).toBeNull();
  expect(answers.at(-1)).not.toBeNull();
});

const Env = Type.Object({ ...llmEnv, ...embeddingEnv });
const read = (env: NodeJS.ProcessEnv) => embeddingConfig(readEnv(Env, env));
const vllm = { SLM_IMPL: 'vllm', VLLM_BASE_URL: 'http://gpu:8000', VLLM_MODEL_NAME: 'qwen' };
const openai = { SLM_IMPL: 'openai', OPENAI_API_KEY: 'sk-1', OPENAI_MODEL_NAME: 'gpt' };
const EMBEDDING_MODEL_NAME = 'bge';

test('without a model there is none; with one its server is the engine, or the one that is named, with its own key', () => {
  expect(read(vllm)).toBeNull();
  expect(read({ ...vllm, EMBEDDING_MODEL_NAME })).toMatchObject({
    ...{ baseUrl: 'http://gpu:8000/v1', model: 'bge', apiKey: null, timeoutMs: 500 },
  });
  expect(read({ ...openai, EMBEDDING_MODEL_NAME })).toMatchObject({ apiKey: 'sk-1' });
  const elsewhere = { ...openai, EMBEDDING_MODEL_NAME, EMBEDDING_BASE_URL: 'http://tei' };
  expect(read(elsewhere)).toMatchObject({ baseUrl: 'http://tei/v1', apiKey: null });
  expect(read({ ...elsewhere, EMBEDDING_API_KEY: 'k' })).toMatchObject({ apiKey: 'k' });
  expect(read({ EMBEDDING_MODEL_NAME, EMBEDDING_BASE_URL: 'http://tei/v1' })).toMatchObject({ model: 'bge' });
  for (const [name, value] of [
    ['EMBEDDING_MODEL_NAME', 'x'.repeat(201)],
    ['EMBEDDING_TIMEOUT_MS', '9'],
    ['EMBEDDING_TIMEOUT_MS', '60001'],
    ['EMBEDDING_PRICE', '-1'],
    ['EMBEDDING_BASE_URL', 'ftp://tei'],
  ] as const)
    expect(() => read({ ...elsewhere, [name]: value }), `${name}=${value}`).toThrow(name);
  expect(read({ ...elsewhere, EMBEDDING_TIMEOUT_MS: '60000', EMBEDDING_PRICE: '0.02' })).toMatchObject({
    ...{ timeoutMs: 60_000, price: 0.02 },
  });
  expect(() => read({ EMBEDDING_MODEL_NAME })).toThrow(
    'EMBEDDING_BASE_URL is not set; with SLM_IMPL=rules EMBEDDING_MODEL_NAME needs it.',
  );
});
