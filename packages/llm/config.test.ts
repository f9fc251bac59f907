import { ConfigError, readEnv } from '@learning-loop/service/config/read-env';
import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { llmConfig, llmEnv } from './config.ts';

const read = (env: NodeJS.ProcessEnv) => llmConfig(readEnv(Type.Object(llmEnv), env));

test('an empty environment chooses the rules', () => {
  expect(read({})).toEqual({ impl: 'rules' });
});

test('ollama needs only the name of a model', () => {
  expect(read({ SLM_IMPL: 'ollama', OLLAMA_MODEL_NAME: 'llama3.1' })).toEqual({
    impl: 'ollama',
    baseUrl: 'http://localhost:11434/v1',
    model: 'llama3.1',
    apiKey: null,
    timeoutMs: 8_000,
    backgroundTimeoutMs: 60_000,
    maxConcurrency: 8,
    maxQueued: 16,
    tokensPerHour: 0,
    costPerDay: 0,
    prices: { input: 0, output: 0 },
  });
});

test.each(['http://gpu:8000', 'http://gpu:8000/'])('%s stands for its /v1', (VLLM_BASE_URL) => {
  const config = read({ SLM_IMPL: 'vllm', VLLM_BASE_URL, VLLM_MODEL_NAME: 'qwen' });
  expect(config).toMatchObject({ impl: 'vllm', baseUrl: 'http://gpu:8000/v1', model: 'qwen' });
});

test('a path that the operator wrote is kept', () => {
  const env = { SLM_IMPL: 'openai', OPENAI_API_KEY: 'sk-1', OPENAI_MODEL_NAME: 'gpt' };
  expect(read({ ...env, OPENAI_BASE_URL: 'https://proxy/llm/' })).toMatchObject({
    baseUrl: 'https://proxy/llm/',
    apiKey: 'sk-1',
  });
});

test.each([
  ['ollama', ['OLLAMA_MODEL_NAME']],
  ['vllm', ['VLLM_BASE_URL', 'VLLM_MODEL_NAME']],
  ['openai', ['OPENAI_MODEL_NAME', 'OPENAI_API_KEY']],
])('SLM_IMPL=%s names all variables that are missing', (SLM_IMPL, missing) => {
  const faults = missing.map((name) => `${name} is not set; SLM_IMPL=${SLM_IMPL} needs it.`);
  expect(() => read({ SLM_IMPL })).toThrow(new ConfigError(faults.join('\n')));
});

test('an address that is no URL is a fault', () => {
  expect(() => read({ OLLAMA_BASE_URL: 'localhost:11434' })).toThrow(
    'OLLAMA_BASE_URL is "localhost:11434"; it must be an http or https URL.',
  );
});

test('a budget of money needs prices', () => {
  const env = { SLM_IMPL: 'ollama', OLLAMA_MODEL_NAME: 'llama3.1', LLM_COST_PER_DAY: '5' };
  expect(() => read(env)).toThrow('LLM_COST_PER_DAY needs LLM_INPUT_PRICE and LLM_OUTPUT_PRICE');
  expect(read({ ...env, LLM_OUTPUT_PRICE: '0.6' })).toMatchObject({
    costPerDay: 5,
    prices: { input: 0, output: 0.6 },
  });
});
