import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { connectLlm, rules } from './model.ts';
import {
  facetRequest,
  fiveCandidates,
  modelConfig,
  modelServer,
  proposeRequest,
  sendContent,
  sendJson,
  silent,
} from './testing/model-server.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Long enough for a busy machine to answer, and short where no answer comes. */
const timeoutMs = { patient: 10_000, short: 300 };
const deltas = { concise: 0, step_by_step: 0, code_first: 0, formal: 0, reason: 'none' };
const json = { 'content-type': 'application/json' };

type Fault = (response: ServerResponse) => void;
const content =
  (value: unknown): Fault =>
  (response) =>
    sendContent(response, JSON.stringify(value));

/** Faults that neither operation can use, each with the outcome that the metrics name. */
const faults: Record<string, [outcome: string, Fault]> = {
  'no answer': ['timeout', () => {}],
  'headers only': ['timeout', (response) => response.writeHead(200, json).flushHeaders()],
  'half a body, then nothing': ['timeout', (response) => response.writeHead(200, json).write('{"choices":')],
  'half a body, then a closed socket': [
    'invalid',
    (response) =>
      response.writeHead(200, { ...json, 'content-length': 1000 }).write('{"cho', () => response.destroy()),
  ],
  'a socket closed at once': ['unreachable', (response) => response.destroy()],
  '429 with Retry-After': [
    'rate_limited',
    (response) => sendJson(response, 429, {}, { 'retry-after': '30' }),
  ],
  '500': ['server_error', (response) => sendJson(response, 500, {})],
  '500 in HTML': ['server_error', (response) => response.writeHead(500).end('<html>down</html>')],
  '401': ['refused', (response) => sendJson(response, 401, { error: { message: 'bad key' } })],
  '400 for every format': ['refused', (response) => sendJson(response, 400, {})],
  'a redirect': ['unreachable', redirect],
  '429, whenever it is asked': ['rate_limited', (response) => sendJson(response, 429, {})],
  '503 in HTML, whenever it is asked': [
    'server_error',
    (response) => response.writeHead(503).end('<html>loading</html>'),
  ],
  'a body that is no JSON': ['invalid', (response) => response.writeHead(200, json).end('not json')],
  'an empty body': ['invalid', (response) => response.writeHead(200, json).end()],
  'another content type': [
    'invalid',
    (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('{}'),
  ],
  'JSON that is no completion': ['invalid', (response) => sendJson(response, 200, { hello: 'world' })],
  'no choices': ['invalid', (response) => sendJson(response, 200, { choices: [] })],
  'a refusal': [
    'invalid',
    (response) => sendJson(response, 200, { choices: [{ message: { content: null, refusal: 'no' } }] }),
  ],
  'content that is no JSON': ['invalid', (response) => sendContent(response, 'Sure! Here is your JSON:')],
  'an answer of 2 MB': ['invalid', (response) => sendContent(response, JSON.stringify('x'.repeat(2 ** 21)))],
  'an endless answer': ['invalid', (response) => endless(response.writeHead(200, json))],
  null: ['invalid', content(null)],
};

/** Where it leads to there is a good answer; still, the operator has not named that place. */
function redirect(response: ServerResponse): void {
  if (response.req.url === '/elsewhere') content(fiveCandidates)(response);
  else response.writeHead(307, { location: '/elsewhere' }).end();
}

function endless(response: ServerResponse): void {
  while (response.write(' '.repeat(65_536)));
  response.once('drain', () => endless(response));
}

const wrongCandidates: Record<string, Fault> = {
  'no candidates': content({ hypotheses: [] }),
  'a question that is a number': content({ hypotheses: [{ question: 7, rationale: '', confidence: 0.7 }] }),
  'questions that nobody can see': content({
    hypotheses: [{ question: '\u200b', rationale: '', confidence: 0.7 }],
  }),
};

const wrongDeltas: Record<string, Fault> = {
  'a delta that is a word of none': content({ ...deltas, formal: 'maybe' }),
  'a delta out of range': content({ ...deltas, formal: 0.5 }),
  'a value that was given': content({ ...deltas, formal: 0.5, concise: 0.5 }),
  'NaN as text': content({ ...deltas, formal: 'NaN' }),
  'a number beyond all': (response) =>
    sendContent(response, JSON.stringify(deltas).replace('"formal":0', '"formal":1e999')),
  'a facet that is missing': content({ concise: 0.1, reason: 'short' }),
};

/** The answers of a server with this fault, what the rules say, what was counted, and the milliseconds it took. */
async function answers(fault: Fault, ms = timeoutMs.patient) {
  await using server = await modelServer(fault);
  const metrics = new Registry();
  await using llm = connectLlm(modelConfig(server.url, { timeoutMs: ms }), silent, metrics);
  const started = performance.now();
  const proposed = await llm.propose(proposeRequest());
  const decided = await llm.facetDeltas(facetRequest());
  return { proposed, decided, metrics: await metrics.metrics(), tookMs: performance.now() - started };
}

describe('the rules answer, in time, where the server sends', () => {
  test.each(Object.entries(faults))('%s', async (name, [outcome, fault]) => {
    const isWaitedFor = outcome === 'timeout' || name.endsWith('whenever it is asked');
    const limit = isWaitedFor ? timeoutMs.short : timeoutMs.patient;
    const { proposed, decided, metrics, tookMs } = await answers(fault, limit);
    expect(proposed).toEqual(await rules.propose(proposeRequest()));
    expect(decided).toEqual(await rules.facetDeltas(facetRequest()));
    expect(metrics).toContain(`operation="propose",outcome="${outcome}"} 1`);
    expect(tookMs).toBeLessThan(timeoutMs.patient);
  });

  test.each(Object.entries(wrongCandidates))('%s', async (_name, fault) => {
    const { proposed } = await answers(fault);
    expect(proposed).toEqual(await rules.propose(proposeRequest()));
  });

  test.each(Object.entries(wrongDeltas))('%s', async (_name, fault) => {
    const { decided } = await answers(fault);
    expect(decided).toEqual(await rules.facetDeltas(facetRequest()));
  });
});

test('the rules answer where no server listens', async () => {
  await using llm = connectLlm(modelConfig('http://127.0.0.1:1/v1'), silent, new Registry());
  expect((await llm.propose(proposeRequest())).model_id).toBe('rules');
});

test('a request that took too long is aborted: the server sees its socket close', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await modelServer((response) => response.once('close', closed.resolve));
  await using llm = connectLlm(modelConfig(server.url, { timeoutMs: 1_000 }), silent, new Registry());
  await llm.propose(proposeRequest());
  await closed.promise;
});

test('closing answers by the rules what is under way, and what comes after', async () => {
  const asked = Promise.withResolvers<ServerResponse>();
  await using server = await modelServer(asked.resolve);
  const llm = connectLlm(modelConfig(server.url, { timeoutMs: 60_000 }), silent, new Registry());
  const underWay = llm.propose(proposeRequest());
  const closed = once(await asked.promise, 'close');
  await llm[Symbol.asyncDispose]();
  expect((await underWay).model_id).toBe('rules');
  await closed;
  expect((await llm.propose(proposeRequest())).model_id).toBe('rules');
  expect(server.requests).toHaveLength(1);
});

test('a transient fault is tried once more', async () => {
  let calls = 0;
  await using server = await modelServer((response) => {
    calls += 1;
    if (calls === 1) sendJson(response, 502, {});
    else content(fiveCandidates)(response);
  });
  await using llm = connectLlm(modelConfig(server.url), silent, new Registry());
  expect((await llm.propose(proposeRequest())).model_id).toBe('vllm/small');
  expect(calls).toBe(2);
});

test('a server that is down is left alone, probed, and asked again when it is back', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  let up = false;
  await using server = await modelServer((response) =>
    up ? content(fiveCandidates)(response) : sendJson(response, 500, {}),
  );
  const metrics = new Registry();
  await using llm = connectLlm(modelConfig(server.url), silent, metrics);
  const propose = async () => (await llm.propose(proposeRequest())).model_id;
  for (let call = 0; call < 5; call += 1) expect(await propose()).toBe('rules');
  const asked = server.requests.length;
  for (let call = 0; call < 100; call += 1) expect(await propose()).toBe('rules');
  expect(server.requests).toHaveLength(asked);
  expect(await metrics.metrics()).toContain('llm_breakers{model="vllm/small",state="open"} 1');

  up = true;
  vi.advanceTimersByTime(60_000);
  expect(await propose()).toBe('vllm/small');
  expect(await propose()).toBe('vllm/small');
  const text = await metrics.metrics();
  expect(text).toContain('llm_breakers{model="vllm/small",state="closed"} 1');
  expect(text).toContain('llm_breakers{model="vllm/small",state="open"} 0');
});

test('an Ollama model is loaded by a request that no timeout aborts, only the end', async () => {
  const loading = Promise.withResolvers<ServerResponse>();
  await using server = await modelServer((response, { messages }) => {
    if (messages.length === 1) loading.resolve(response);
  });
  const config = modelConfig(server.url, { impl: 'ollama', timeoutMs: 100 });
  const llm = connectLlm(config, silent, new Registry());
  expect((await llm.propose(proposeRequest())).model_id).toBe('rules');
  const response = await loading.promise;
  expect(response.closed).toBe(false);
  const closed = once(response, 'close');
  await llm[Symbol.asyncDispose]();
  await closed;
});
