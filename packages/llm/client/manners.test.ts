import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { Llm } from '../llm.ts';
import { connectLlm } from '../model.ts';
import {
  type ChatRequest,
  facetRequest,
  modelConfig,
  modelServer,
  proposeRequest,
  sendJson,
  silent,
} from '../testing/model-server.ts';

const questions = ['Do you want it alpha?', 'Do you want it bravo?', 'Do you want it charlie?'];
const good = JSON.stringify({ questions });
const objects = JSON.stringify({
  hypotheses: questions.map((question) => ({ question, rationale: 'r', confidence: '90', extra: {} })),
});

type Answer = (response: ServerResponse, request: ChatRequest) => unknown;

const message =
  (said: object, rest: object = {}): Answer =>
  (response) =>
    sendJson(response, 200, { choices: [{ message: said, finish_reason: 'stop', ...rest }] });
const content = (said: unknown, rest: object = {}) => message({ content: said }, rest);
const withUsage =
  (usage: unknown): Answer =>
  (response) =>
    sendJson(response, 200, { choices: [{ message: { content: good } }], usage });
/** Chunks as they are, each written on its own. */
const stream =
  (...chunks: (string | Buffer)[]): Answer =>
  async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const chunk of chunks) {
      response.write(chunk);
      await sleep(2);
    }
    response.end();
  };
const event = (delta: object, rest: object = {}) =>
  `data: ${JSON.stringify({ choices: [{ delta, ...rest }] })}\n\n`;
const half = Math.floor(good.length / 2);
const umlaut = Buffer.from(event({ content: good.replace('alpha', 'für größere Öfen') }));
const umlautAt = umlaut.indexOf('ö');

const understood: Record<string, Answer> = {
  'the answer as it should be': content(good),
  'thoughts before the answer': content(`<think>\nmaybe {"a":1}\n</think>\n\n${good}`),
  'thoughts without an opening tag': content(`The user wants {"a":1}.\n</think>\n${good}`),
  fences: content(`\`\`\`json\n${good}\n\`\`\``),
  'prose around': content(`Sure! Here you are:\n${good}\nLet me know.`),
  'a bare array': content(JSON.stringify(questions)),
  'objects with a confidence as text, and extra keys': content(objects),
  'the schema with the values in it': content(
    JSON.stringify({ type: 'object', properties: { questions }, required: ['questions'] }),
  ),
  'the schema, then the answer': content(
    `{"type":"object","properties":{"questions":{"type":"array","items":{"type":"string"}}}}\n${good}`,
  ),
  'an answer cut off after three questions': content(`${good.slice(0, -2)},"Do you wa`, {
    finish_reason: 'length',
  }),
  'a trailing comma and single quotes': content(
    `{'questions': [${questions.map((one) => `'${one}'`).join(', ')},]}`,
  ),
  'one list for each question': content(
    JSON.stringify({ question_1: questions[0], question_2: questions[1], question_3: questions[2] }),
  ),
  'lines instead of JSON': content(questions.map((one, i) => `${i + 1}. **${one}**`).join('\n')),
  'content as parts': content([
    { type: 'text', text: good.slice(0, half) },
    { type: 'text', text: good.slice(half) },
  ]),
  'content as JSON': content({ questions }),
  'JSON in a string': content(JSON.stringify(good)),
  'the answer where thoughts belong': message({ content: null, reasoning_content: good }),
  'the answer in a tool call': message({
    content: null,
    tool_calls: [{ id: '1', function: { name: 'p', arguments: good } }],
  }),
  'a legacy completion': (response) => sendJson(response, 200, { choices: [{ text: good }] }),
  'no usage': withUsage(null),
  'usage in fractions': withUsage({ prompt_tokens: 10.5, completion_tokens: 3 }),
  'usage as text': withUsage({ prompt_tokens: 'ten' }),
  'the wrong content type': (response) =>
    response
      .writeHead(200, { 'content-type': 'text/plain' })
      .end(JSON.stringify({ choices: [{ message: { content: good } }] })),
  'no content type, many lines': (response) =>
    response.writeHead(200).end(JSON.stringify({ choices: [{ message: { content: good } }] }, null, 2)),
  'a stream': stream(
    event({ role: 'assistant' }),
    event({ content: good.slice(0, half) }),
    event({ content: good.slice(half) }, { finish_reason: 'stop' }),
    'data: [DONE]\n\n',
  ),
  'a stream with comments, keep-alives and chunks without choices': stream(
    ': ping\n\n',
    'data: {"choices":[]}\n\n',
    '\n',
    event({ content: good }),
    'event: ping\ndata: {}\n\n',
    'data: {"usage":{"prompt_tokens":1}}\n\n',
  ),
  'a stream without [DONE]': stream(event({ content: good })),
  'a stream with carriage returns, and none after data': stream(
    event({ content: good }).replaceAll('\n', '\r\n').replace('data: ', 'data:'),
  ),
  'a stream cut within a character': stream(umlaut.subarray(0, umlautAt + 1), umlaut.subarray(umlautAt + 1)),
  'a stream cut within a line': stream(
    event({ content: good }).slice(0, 20),
    event({ content: good }).slice(20),
  ),
  'lines of JSON instead of events': stream(
    `${JSON.stringify({ message: { content: good.slice(0, half) } })}\n`,
    `${JSON.stringify({ message: { content: good.slice(half) }, done: true })}\n`,
  ),
  'a stream whose connection breaks after three questions': async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event({ content: good }), () => setTimeout(() => response.destroy(), 20));
  },
  'thoughts in a stream': stream(
    event({ reasoning_content: 'hm' }),
    event({ content: '' }),
    event({ content: good }),
  ),
};

const misunderstood: Record<string, [kind: string, Answer]> = {
  'an answer instead of questions': ['no_json', content('Chocolate has 546 calories.', {})],
  'JSON of something else': ['other_json', content('{"calories": 546}')],
  'an echo of the schema': [
    'other_json',
    content('{"type":"object","properties":{"questions":{"type":"array"}}}'),
  ],
  nothing: ['no_answer', content('')],
  'a refusal': ['no_answer', message({ content: null, refusal: 'no' })],
  'only thoughts': ['only_thoughts', content('<think>\nso much to think', { finish_reason: 'length' })],
  'an answer cut off too early': ['cut_off', content('{"questions":["Do', { finish_reason: 'length' })],
  'a stream that ends in the middle': [
    'interrupted',
    stream(event({ content: '{"questions":["Do' }), 'data: [DONE]\n\n'),
  ],
  'no completion': ['no_completion', (response) => sendJson(response, 200, { hello: 'world' })],
  'a page': ['no_completion', (response) => response.writeHead(200).end('<html>login</html>')],
  'copies of an example': [
    'other_json',
    content('{"questions":["Do you want the hall lamp on at eight tomorrow?"]}'),
  ],
  dots: ['other_json', content('{"questions":["…?","...","?"]}')],
};

async function propose(answer: Answer, timeoutMs = 1_000) {
  await using server = await modelServer((response, request) => void answer(response, request));
  const metrics = new Registry();
  await using llm = connectLlm(modelConfig(server.url, { timeoutMs }), silent, metrics);
  const { candidates, model_id } = await llm.propose(proposeRequest());
  return { candidates, model_id, requests: server.requests, metrics: await metrics.metrics() };
}

describe('a model is understood that sends', () => {
  test.each(Object.entries(understood))('%s', async (_name, answer) => {
    const { candidates, model_id, metrics } = await propose(answer, 10_000);
    expect(model_id).toBe('vllm/small');
    const asked = candidates.map(({ question }) => question.replace('für größere Öfen', 'alpha'));
    expect(asked).toEqual(questions);
    expect(metrics).not.toContain('llm_unusable_answers_total{');
  });
});

describe('counted by its kind, and answered by the rules, is', () => {
  test.each(Object.entries(misunderstood))('%s', async (_name, [kind, answer]) => {
    const { model_id, metrics } = await propose(answer);
    expect(model_id).toBe('rules');
    expect(metrics).toContain(
      `llm_unusable_answers_total{model="vllm/small",operation="propose",kind="${kind}"} 1`,
    );
  });
});

test('an endless stream is ended at the third question: the server sees its connection close', {
  timeout: 10_000,
}, async () => {
  const closed = Promise.withResolvers<void>();
  const { candidates } = await propose((response) => {
    response.once('close', closed.resolve).writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event({ content: `${good.slice(0, -2)},"Do you want` }));
  }, 600_000);
  expect(candidates.map(({ question }) => question)).toEqual(questions);
  await closed.promise;
});

test('an answer of which nothing came in time was late, and not interrupted', async () => {
  const { model_id, metrics } = await propose((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event({ content: '{"questions":["Do' }));
  }, 300);
  expect(model_id).toBe('rules');
  expect(metrics).toContain('operation="propose",outcome="timeout"} 1');
  expect(metrics).not.toContain('llm_unusable_answers_total{');
});

test('two questions that came in time are kept, and the rules add the third', async () => {
  const { candidates, model_id } = await propose((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(
      event({ content: `{"questions":${JSON.stringify(questions.slice(0, 2)).slice(0, -1)},"Do` }),
    );
  }, 300);
  expect(model_id).toBe('vllm/small');
  expect(candidates.map(({ question }) => question).slice(0, 2)).toEqual(questions.slice(0, 2));
  expect(candidates).toHaveLength(3);
});

type Body = ChatRequest & Record<string, unknown>;
const formatOf = ({ response_format }: ChatRequest) =>
  response_format && 'schema' in response_format
    ? 'json_object with schema'
    : (response_format?.type ?? 'none');
const refuse = (response: ServerResponse, status: number, said: unknown) => sendJson(response, status, said);

/** What a server does not know, how it says so, and the formats that it is asked for, call by call. */
const ladders: Record<string, [knows: string[], status: number, said: unknown, formats: string[]]> = {
  'schemas of one kind': [
    ['json_object with schema', 'none'],
    422,
    { detail: [{ loc: ['response_format', 'type'] }] },
    ['json_schema', 'json_object with schema'],
  ],
  'no schemas': [
    ['json_object', 'none'],
    400,
    { error: { message: 'schema is not supported' } },
    ['json_schema', 'json_object with schema', 'json_object'],
  ],
  'no formats': [
    ['none'],
    500,
    { error: { message: 'unknown response_format' } },
    ['json_schema', 'json_object with schema', 'json_object', 'none'],
  ],
  'nothing, without a word': [
    ['none'],
    500,
    {},
    ['json_schema', 'json_object with schema', 'json_object', 'none'],
  ],
};

test.each(Object.entries(ladders))(
  'a server that knows %s is asked for what it knows, from the second call on at once',
  async (_name, [knows, status, said, formats]) => {
    await using server = await modelServer((response, request) =>
      knows.includes(formatOf(request)) ? content(good)(response, request) : refuse(response, status, said),
    );
    for (const _call of [1, 2]) {
      await using llm = connectLlm(modelConfig(server.url), silent, new Registry());
      expect((await llm.propose(proposeRequest())).model_id).toBe('vllm/small');
    }
    expect(server.requests.map(formatOf)).toEqual([...formats, formats.at(-1)]);
  },
);

test('what a server said it does not know is remembered, even if the call then failed for another reason', async () => {
  let isDown = true;
  await using server = await modelServer((response, request) => {
    if (formatOf(request) === 'json_schema')
      return refuse(response, 400, { error: { message: 'response_format json_schema is not supported' } });
    return isDown ? refuse(response, 403, {}) : content(good)(response, request);
  });
  await using llm = connectLlm(modelConfig(server.url), silent, new Registry());
  expect((await llm.propose(proposeRequest())).model_id).toBe('rules');
  isDown = false;
  expect((await llm.propose(proposeRequest())).model_id).toBe('vllm/small');
  const lower = 'json_object with schema';
  expect(server.requests.map(formatOf)).toEqual(['json_schema', lower, lower]);
});

test.each([
  [
    'max_tokens',
    "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
    'max_completion_tokens',
  ],
  ['temperature', "'temperature' does not support 0.2 with this model", 'max_tokens'],
  ['frequency_penalty', 'unknown field frequency_penalty', 'max_tokens'],
  ['stream', 'streaming is not supported', 'max_tokens'],
])('a server that refuses %s is asked without it', async (name, said, limit) => {
  await using server = await modelServer((response, request) =>
    name in request ? refuse(response, 400, { error: { message: said } }) : content(good)(response, request),
  );
  await using llm = connectLlm(modelConfig(server.url), silent, new Registry());
  for (const _call of [1, 2]) expect((await llm.propose(proposeRequest())).model_id).toBe('vllm/small');
  expect(server.requests.map((request) => name in request)).toEqual([true, false, false]);
  expect((server.requests.at(-1) as Body)[limit]).toBe(300);
});

test.each([
  [
    'proposals vary',
    { temperature: 0.4, frequency_penalty: 0.3 },
    async (llm: Llm): Promise<void> => void (await llm.propose(proposeRequest())),
  ],
  [
    'decisions do not',
    { temperature: 0 },
    async (llm: Llm): Promise<void> => void (await llm.facetDeltas(facetRequest())),
  ],
] as const)('%s: %j', async (_name, sampling, ask: (llm: Llm) => Promise<void>) => {
  await using server = await modelServer(content(good));
  await using llm = connectLlm(modelConfig(server.url), silent, new Registry());
  await ask(llm);
  const { temperature, frequency_penalty } = server.requests[0] as Body;
  expect({ temperature, ...(frequency_penalty !== undefined && { frequency_penalty }) }).toEqual(sampling);
});

test('a template without a system message gets its words in the first message', async () => {
  await using server = await modelServer((response, request) =>
    request.messages[0]?.role === 'system'
      ? refuse(response, 400, { error: { message: 'System role not supported' } })
      : content(good)(response, request),
  );
  await using llm = connectLlm(modelConfig(server.url), silent, new Registry());
  expect((await llm.propose(proposeRequest())).model_id).toBe('vllm/small');
  expect(server.requests.at(-1)?.messages[0]?.content).toMatch(/^You find out .*<data>/su);
});

test('a model that spends its tokens on thoughts is asked for few of them, and gets room', async () => {
  await using server = await modelServer((response, request) =>
    'reasoning_effort' in request
      ? content(good)(response, request)
      : message({ content: '', reasoning: 'hm' }, { finish_reason: 'length' })(response, request),
  );
  await using llm = connectLlm(modelConfig(server.url), silent, new Registry());
  for (const _call of [1, 2]) expect((await llm.propose(proposeRequest())).model_id).toBe('vllm/small');
  expect(server.requests).toHaveLength(3);
  expect(server.requests.at(-1)).toMatchObject({ max_tokens: 2_300, reasoning_effort: 'low' });
});

test.each([
  ['503', 503, {}],
  ['429', 429, { error: { message: 'maximum pending requests exceeded' } }],
  ['a 200 that says so', 200, { error: { message: 'model overloaded', code: 503 } }],
])('a server that loads its model (%s) is waited for', async (_name, status, said) => {
  let calls = 0;
  await using server = await modelServer((response, request) => {
    calls += 1;
    if (calls < 3) sendJson(response, status, said);
    else content(good)(response, request);
  });
  await using llm = connectLlm(modelConfig(server.url), silent, new Registry());
  expect((await llm.propose(proposeRequest())).model_id).toBe('vllm/small');
});
