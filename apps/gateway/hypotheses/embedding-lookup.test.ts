import { storeEmbeddings, takeDueEmbeddings } from '@learning-loop/db/users/embeddings';
import { connectEmbedder } from '@learning-loop/llm/embeddings/embed';
import { embedderConfig, embeddingServer } from '@learning-loop/llm/testing/embedding-server';
import { modelServer, sendContent } from '@learning-loop/llm/testing/model-server';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { gatewayForTest } from '../testing/test-gateway.ts';

type Gateway = Awaited<ReturnType<typeof gatewayForTest>>;

async function stage(env: NodeJS.ProcessEnv = {}) {
  const server = await embeddingServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const gateway = await gatewayForTest({
    ...{ EMBEDDING_MODEL_NAME: 'concepts', EMBEDDING_BASE_URL: server.url, EMBEDDING_TIMEOUT_MS: '20000' },
    ...env,
  });
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  return { server, gateway };
}

const said = [
  'I signed up for a pottery course downtown',
  'The doctor says no more peanuts for me',
  'We went to the zoo yesterday',
];

/** What the memory worker would have learned, embedded as it would. */
async function remember({ db }: Gateway, contents: string[], embedAt: string | null): Promise<void> {
  for (const [n, content] of contents.entries()) {
    const key = {
      tenant_id: 'default',
      user_id: 'ada',
      memory_id: `01a00000-0000-7000-8000-00000000000${n}`,
    };
    const at = new Date(Date.now() - 1_000);
    const known = {
      type: 'history' as const,
      content_key: content,
      content,
      confidence: 1,
      tags: [],
      slot: null,
    };
    await db
      .insertInto('memories')
      .values({ ...key, ...known, first_seen: at, last_seen: at })
      .execute();
    await db.insertInto('embeddings').values(key).execute();
  }
  if (embedAt === null) return;
  await using embedder = connectEmbedder(embedderConfig(embedAt), pino({ level: 'silent' }), new Registry());
  const due = await takeDueEmbeddings(db, { model: 'concepts', limit: 32, againMs: 60_000 });
  const vectors = await embedder.embed(
    'default',
    due.map(({ content }) => content),
  );
  const embedded = due.map((memory, i) => ({ ...memory, vector: vectors?.[i] ?? new Float32Array(4) }));
  await storeEmbeddings(db, 'concepts', embedded);
}

async function found(gateway: Gateway, query: string): Promise<string[]> {
  const { body } = await gateway.get(`/v1/users/ada/memories?query=${encodeURIComponent(query)}`);
  return body.memories.map(({ content }: { content: string }) => content);
}

test('memories are found by what they mean, in other words and other languages', async () => {
  const { server, gateway } = await stage();
  await remember(gateway, said, server.url);
  server.requests.length = 0;
  expect((await found(gateway, 'Töpfern?'))[0]).toBe(said[0]);
  expect(
    server.requests.map(({ input }) => input.length),
    'the ordinary texts once, and the query',
  ).toEqual([24, 1]);
  expect((await found(gateway, 'Erdnuss-Allergie'))[0]).toBe(said[1]);
  expect(server.requests).toHaveLength(3);
  await found(gateway, 'Töpfern?');
  expect(server.requests, 'known').toHaveLength(3);
});

test('a server that fails leaves recall, ranking and the prompt to the words', async () => {
  const { server, gateway } = await stage();
  await remember(gateway, said, server.url);
  server.state.fault = (response) => response.destroy();
  expect((await found(gateway, 'pottery course'))[0]).toBe(said[0]);
  const asked = { user_id: 'ada', input_text: 'a course in pottery' };
  const { status, body } = await gateway.post('/v1/hypothesize', {
    ...asked,
    candidates: ['pottery', 'zoo'],
  });
  expect(status).toBe(200);
  const { interaction_id } = body;
  const answer = await gateway.post('/v1/execute', { ...asked, interaction_id, hypothesis_id: 'h1' });
  expect(answer.status).toBe(200);
  expect(answer.body.enriched_prompt).toContain(said[0]);
  const { body: shown } = await gateway.get(`/v1/interactions/${interaction_id}`);
  expect(shown.hypotheses[0].features).not.toHaveProperty('chosen_embedding');
});

test('memories that are not embedded yet are found by their words, beside those that are', async () => {
  const { server, gateway } = await stage();
  await remember(gateway, said, null);
  expect((await found(gateway, 'zoo'))[0]).toBe(said[2]);
  expect(server.requests.length).toBeGreaterThan(0);
});

async function pick(gateway: Gateway, input_text: string, candidates: string[], question: string) {
  const { body } = await gateway.post('/v1/hypothesize', { user_id: 'ada', input_text, candidates });
  const chosen = body.hypotheses.find((shown: { question: string }) => shown.question === question);
  const answer = {
    user_id: 'ada',
    input_text,
    interaction_id: body.interaction_id,
    hypothesis_id: chosen.id,
  };
  expect((await gateway.post('/v1/execute', answer)).status).toBe(200);
}

test('a choice ranks the next candidates by what they mean', async () => {
  const { gateway } = await stage();
  await pick(gateway, 'Where to stay?', ['a loud hostel', 'a quiet inn'], 'a quiet inn');
  const candidates = ['laute Herberge', 'stille Herberge'];
  const asked = { user_id: 'ada', input_text: 'Unterkunft', candidates };
  const { body } = await gateway.post('/v1/hypothesize', asked);
  expect(body.hypotheses[0].question).toBe('stille Herberge');
  const { body: shown } = await gateway.get(`/v1/interactions/${body.interaction_id}`);
  const [first, last] = shown.hypotheses.map(({ features }: { features: object }) => features);
  expect(first.chosen_embedding).toBeGreaterThan(0);
  expect(last.chosen_embedding).toBeLessThan(0);
});

test.each([
  ['in the order that the model gives', '{"ranking":[3,1,2]}', 'vllm/small'],
  ['in their own order where it answers something else', '{"ranking":"best first"}', undefined],
])('the likeliest memories stand %s, and the record says so', async (_how, content, by) => {
  const model = await modelServer((response) => sendContent(response, content));
  onTestFinished(() => model[Symbol.asyncDispose]());
  const env = { SLM_IMPL: 'vllm', VLLM_BASE_URL: model.url, VLLM_MODEL_NAME: 'small', LLM_RERANK: 'true' };
  const { server, gateway } = await stage({ ...env, LLM_TIMEOUT_MS: '20000' });
  await remember(gateway, said, server.url);
  const plain = ['pottery', 'zoo'];
  const { body } = await gateway.post('/v1/hypothesize', {
    user_id: 'ada',
    input_text: 'pottery',
    candidates: plain,
  });
  const { used_memories } = await gateway.db
    .selectFrom('interactions')
    .select('used_memories')
    .where('interaction_id', '=', body.interaction_id)
    .executeTakeFirstOrThrow();
  expect(used_memories).toMatchObject(Array.from({ length: 3 }, () => ({ embedding: 'concepts' })));
  expect(used_memories.map(({ reranked_by }) => reranked_by)).toEqual([by, by, by]);
  const pottery = used_memories.findIndex(({ memory_id }) => memory_id.endsWith('0'));
  expect(pottery).toBe(by ? 1 : 0);
  const relevances = used_memories.map(({ relevance }) => relevance);
  expect(relevances).toEqual(relevances.toSorted((a, b) => b - a));
  expect((await found(gateway, 'pottery')).indexOf(said[0] ?? '')).toBe(by ? 1 : 0);
});

test('a model that puts memories in order needs a model', async () => {
  await expect(gatewayForTest({ LLM_RERANK: 'true' })).rejects.toThrow('LLM_RERANK is true');
});
