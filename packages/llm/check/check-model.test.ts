import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import {
  type ChatRequest,
  modelConfig,
  modelServer,
  sendContent,
  sendJson,
  silent,
} from '../testing/model-server.ts';
import cases from './cases.json' with { type: 'json' };
import { checkModel } from './check-model.ts';

const same = { concise: 'same', step_by_step: 'same', code_first: 'same', formal: 'same' };
const lastOf = ({ messages }: ChatRequest) => messages.at(-1)?.content ?? '';
const isAbout = (request: ChatRequest, word: string) => request.messages[0]?.content.includes(word) ?? false;

/** A model that knows all answers; a part of them may be replaced. */
function answer(request: ChatRequest): unknown {
  const told = lastOf(request);
  if (isAbout(request, '"ranking"')) return { ranking: [3, 1, 2] };
  if (isAbout(request, '"questions"')) {
    const [, text = ''] = /"input_text":"(.*?)"/u.exec(told) ?? [];
    return { questions: ['alpha', 'bravo', 'charlie'].map((word) => `${text} ${word}?`) };
  }
  const known = [
    ...cases.comments.map(({ said, expect: expected }) => ({ key: said, expected })),
    ...cases.selections.map(({ selected, expect: expected }) => ({ key: selected, expected })),
  ];
  return { ...same, ...known.find(({ key }) => told.includes(JSON.stringify(key)))?.expected };
}

async function check(reply: (request: ChatRequest) => unknown) {
  await using server = await modelServer((response, request) =>
    sendContent(response, JSON.stringify(reply(request))),
  );
  const { fault, reports } = await checkModel(modelConfig(server.url), silent, new Registry());
  return {
    fault,
    reports,
    earned: reports.filter((report) => report.earned).map(({ operation }) => operation),
  };
}

test('a model that knows all answers may decide everything', async () => {
  const { fault, reports, earned } = await check(answer);
  expect(fault).toBeNull();
  expect(reports.map(({ found }) => found)).toEqual([
    [
      '20 of 20 answered in time',
      '20 with three distinct questions',
      expect.stringMatching(/^(?:19|20) of these/u),
      '20 on its topic',
    ],
    ['60 of 60 answered', '40 of 40 clear cases right', '0 of 20 neutral ones moved'],
    ['8 of 8 answered in time', '8 of 8 with the right memory first'],
  ]);
  expect(earned).toEqual(['propose', 'persona', 'rerank']);
});

test.each([
  [
    'says always the same of a persona',
    (request: ChatRequest) => (isAbout(request, 'persona') ? same : answer(request)),
    ['propose', 'rerank'],
  ],
  [
    'moves every facet',
    (request: ChatRequest) =>
      isAbout(request, 'persona')
        ? { concise: 'more', step_by_step: 'more', code_first: 'more', formal: 'more' }
        : answer(request),
    ['propose', 'rerank'],
  ],
  [
    'repeats the facets that it was given',
    (request: ChatRequest) =>
      isAbout(request, 'persona')
        ? { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 }
        : answer(request),
    ['propose', 'rerank'],
  ],
  [
    'asks the same whatever the request',
    (request: ChatRequest) =>
      isAbout(request, '"questions"')
        ? { questions: ['Do you want tea?', 'Do you want coffee?', 'Do you want milk?'] }
        : answer(request),
    ['persona', 'rerank'],
  ],
  [
    'proposes two things',
    (request: ChatRequest) =>
      isAbout(request, '"questions"')
        ? { questions: ['Do you want tea?', 'Do you want coffee?'] }
        : answer(request),
    ['persona', 'rerank'],
  ],
  [
    'leaves memories in their order',
    (request: ChatRequest) => (isAbout(request, '"ranking"') ? { ranking: [1, 2, 3] } : answer(request)),
    ['propose', 'persona'],
  ],
] as const)('a model that %s may not decide there', async (_what, reply, expected) => {
  expect((await check(reply)).earned).toEqual(expected);
});

test.each([
  [
    'the wrong key',
    401,
    'Incorrect API key',
    /refuses the key; set OPENAI_API_KEY .*status 401: .*Incorrect API key/u,
  ],
  ['an unknown model', 404, "model 'small' not found", /has no model small.*VLLM_MODEL_NAME.*not found/u],
  ['a server that refuses', 418, 'I am a teapot', /refuses the request \(status 418: .*teapot/u],
])('%s is said in one sentence', async (_what, status, message, sentence) => {
  await using server = await modelServer((response) => sendJson(response, status, { error: { message } }));
  const { fault, reports } = await checkModel(modelConfig(server.url), silent, new Registry());
  expect(fault).toMatch(sentence);
  expect(reports).toEqual([]);
});

test('where no server listens, the address is named', async () => {
  const server = await modelServer(() => undefined);
  await server[Symbol.asyncDispose]();
  const { fault } = await checkModel(modelConfig(server.url), silent, new Registry());
  expect(fault).toBe(`No server listens at ${server.url}; start it, or set VLLM_BASE_URL to where it is.`);
});

test('a model that does not answer in time, and one that only thinks, are named', async () => {
  await using server = await modelServer(() => undefined);
  const slow = await checkModel(modelConfig(server.url, { timeoutMs: 200 }), silent, new Registry());
  expect(slow.fault).toMatch(/^small did not answer within 200 ms; raise LLM_TIMEOUT_MS/u);
  await using thinking = await modelServer((response) => sendContent(response, '<think> so much'));
  const { fault } = await checkModel(modelConfig(thinking.url), silent, new Registry());
  expect(fault).toMatch(/^small spent all its tokens on thinking/u);
});
