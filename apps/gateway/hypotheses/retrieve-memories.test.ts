import type { Memory } from '@learning-loop/learning/memories/memory';
import type { RerankRequest } from '@learning-loop/llm/llm';
import { expect, onTestFinished, test } from 'vitest';
import { createComparer } from './comparer.ts';
import { type RetrievedMemory, retrieveMemories } from './retrieve-memories.ts';

const at = new Date('2026-11-01T00:00:00Z');
const memories = (count: number): Memory[] =>
  Array.from({ length: count }, (_, n) => ({
    ...{
      memory_id: `m${n}`,
      type: 'history',
      content: `bread${' and more'.repeat(n)}`,
      confidence: 0.8,
      last_seen: at,
    },
  }));

interface Stage {
  rerank?: boolean;
  model?: string | null;
  order?: number[] | null;
  archived?: { memory: Memory; relevance: number }[] | null;
}

/** What is asked of the model server and of the archive, which each answer as they are told. */
function stage({ rerank = true, model = null, order = null, archived = null }: Stage) {
  const comparer = createComparer();
  onTestFinished(() => comparer[Symbol.asyncDispose]());
  const asked: RerankRequest[] = [];
  const searched: unknown[] = [];
  const dependencies = {
    ...{ comparer, config: { rerank }, embeddings: { model } },
    llm: {
      rerank: async (request: RerankRequest) => {
        asked.push(request);
        return order === null ? null : { order, by: 'vllm/small' };
      },
    },
    archive: {
      search: async (...search: unknown[]) => {
        searched.push(search);
        return archived;
      },
    },
  };
  const retrieve = (all: Memory[], said: { ofAll?: boolean; embedded?: string[] } = {}) =>
    retrieveMemories(dependencies, {
      ...{ tenant_id: 'acme', user_id: 'ada', query: 'bake bread', memories: all, limit: 12 },
      ofAll: said.ofAll ?? false,
      embeddingOf:
        said.embedded && ((text) => (said.embedded?.includes(text) ? Float32Array.of(1, 0, 0, 0) : null)),
    });
  return { retrieve, asked, searched };
}

const ids = (found: RetrievedMemory[]) => found.map(({ memory }) => memory.memory_id);

test('a model reorders the first ten, whose places keep their relevance; the others follow as they were', async () => {
  const plain = await stage({ rerank: false }).retrieve(memories(12));
  expect(new Set(plain.map(({ relevance }) => relevance)).size).toBeGreaterThan(8);
  const { retrieve, asked } = stage({ order: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] });
  const found = await retrieve(memories(12));
  expect(ids(found)).toEqual([...ids(plain).slice(0, 10).toReversed(), ...ids(plain).slice(10)]);
  expect(found.map(({ relevance }) => relevance)).toEqual(plain.map(({ relevance }) => relevance));
  expect(found.map(({ reranked_by }) => reranked_by)).toEqual([
    ...Array(10).fill('vllm/small'),
    ...[undefined, undefined],
  ]);
  const contents = plain.slice(0, 10).map(({ memory }) => memory.content);
  expect(asked).toEqual([{ tenant_id: 'acme', query: 'bake bread', memories: contents }]);
});

test.each([
  ['that does not answer', { order: null }, 3, 1],
  ['that is not to be asked', { order: [1, 0], rerank: false }, 2, 0],
  ['with one memory to put in order', { order: [0] }, 1, 0],
])('a model %s leaves the order and the record alone', async (_what, of, count, calls) => {
  const { retrieve, asked } = stage(of);
  const plain = await stage({ rerank: false }).retrieve(memories(count));
  expect(await retrieve(memories(count))).toEqual(plain);
  expect(asked).toHaveLength(calls);
});

test('two memories are put in order', async () => {
  const { retrieve } = stage({ order: [1, 0] });
  expect(ids(await retrieve(memories(2)))).toEqual(
    ids(await stage({ rerank: false }).retrieve(memories(2))).reverse(),
  );
});

test.each([
  ['bge', ['bake bread', 'bread'], 'bge'],
  ['bge', ['bread'], undefined],
  ['bge', ['bake bread'], undefined],
  [null, ['bake bread', 'bread'], undefined],
  ['bge', undefined, undefined],
])('with the model %s and embeddings of %j the record names %s', async (model, embedded, expected) => {
  const { retrieve } = stage({ model, rerank: false });
  const [found] = await retrieve(memories(1), embedded && { embedded });
  expect(found?.embedding).toBe(expected);
});

test('older memories are searched if all are to be, and the given ones where there are no older', async () => {
  const [older] = memories(1);
  if (!older) throw new Error('no memory');
  const archived = [{ memory: { ...older, memory_id: 'older' }, relevance: 0.7 }];
  const both = stage({ rerank: false, archived });
  expect(ids(await both.retrieve(memories(1), { ofAll: true }))).toEqual(['older']);
  expect(both.searched).toEqual([
    [
      { tenant_id: 'acme', user_id: 'ada' },
      memories(1),
      { query: 'bake bread', limit: 12, embeddingOf: undefined },
    ],
  ]);
  expect(ids(await both.retrieve(memories(1)))).toEqual(['m0']);
  expect(both.searched).toHaveLength(1);
  expect(ids(await stage({ rerank: false }).retrieve(memories(1), { ofAll: true }))).toEqual(['m0']);
});
