import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Memory } from '../memory.ts';
import { retrieve } from './retrieve.ts';
import { foreignScore, highestScore } from './score.ts';

const now = new Date('2026-11-01T12:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);

function memory(content: string, changes: Partial<Memory> = {}): Memory {
  return {
    memory_id: content,
    type: 'history',
    content,
    confidence: 0.8,
    last_seen: daysAgo(1),
    ...changes,
  };
}

const retrieveContents = (query: string, memories: Memory[], limit = 1) =>
  retrieve(query, memories, limit).map(({ memory: { content } }) => content);

const talk = [
  'Mia: I finally signed up for that pottery class downtown.',
  'Jonas: Wow, Mia, that is amazing!',
  'Jonas: I am allergic to peanuts, the doctor says.',
  'Mia: We went to the zoo yesterday, it was packed.',
  'User requested: deploy api | Selected: Do you want to deploy the REST API with Docker?',
].map((content) => memory(content));

test.each([
  ['When did Mia start her ceramics course?', 'pottery'],
  ['What is Jonas allergic to?', 'peanuts'],
  ['Which animals did Mia see?', 'zoo'],
  ['kubernetes deployment of the service', 'Docker'],
])('"%s" is answered by what was said of %s', (query, word) => {
  expect(retrieveContents(query, talk)[0]).toContain(word);
});

test('of two equal memories the newer and surer one comes first', () => {
  const old = memory('likes tea', { memory_id: 'old', last_seen: daysAgo(200) });
  const fresh = memory('likes tea', { memory_id: 'fresh' });
  const unsure = memory('likes tea', { memory_id: 'unsure', confidence: 0.2 });
  const ids = retrieve('tea', [old, unsure, fresh], 3).map(({ memory: { memory_id } }) => memory_id);
  expect(ids[0]).toBe('fresh');
});

test('nothing is found among nothing', () => {
  expect(retrieve('anything', [], 5)).toEqual([]);
});

test('whatever is asked, relevances lie in [0, 1], descend, and do not depend on the order given', () => {
  const contents = fc.uniqueArray(fc.oneof(fc.lorem(), fc.string()), { maxLength: 12 });
  fc.assert(
    fc.property(fc.oneof(fc.lorem(), fc.string()), contents, fc.nat(12), (query, texts, limit) => {
      const memories = texts.map((content, i) =>
        memory(content, { memory_id: `m${i}`, last_seen: daysAgo(i) }),
      );
      const forth = retrieve(query, memories, limit);
      expect(forth.length).toBe(Math.min(limit, memories.length));
      expect(retrieve(query, memories.toReversed(), limit)).toEqual(forth);
      for (const [i, { relevance }] of forth.entries()) {
        expect(relevance).toBeGreaterThanOrEqual(0);
        expect(relevance).toBeLessThanOrEqual(forth[i - 1]?.relevance ?? 1);
      }
    }),
  );
});

test('of equally relevant ones the surer comes first, then the newer, then the one with the lesser id', () => {
  const same = (memory_id: string, confidence: number, days: number) =>
    memory('likes tea', { memory_id, confidence, last_seen: daysAgo(days) });
  const ids = (...memories: Memory[]) => retrieve('tea', memories, 9).map((one) => one.memory.memory_id);
  const all = [same('b', 0.8, 5), same('a', 0.8, 5), same('new', 0.8, 1), same('sure', 0.9, 9)];
  expect(ids(...all)).toEqual(['sure', 'new', 'a', 'b']);
  expect(ids(...all.toReversed())).toEqual(['sure', 'new', 'a', 'b']);
});

test('relevance goes from 0 for what has nothing in common with the query to 1 for the clearest answer', () => {
  const [answer, foreign] = retrieve('pottery class', [memory('pottery class'), memory('Xqz')], 2);
  expect(answer?.memory.content).toBe('pottery class');
  expect(answer?.relevance).toBeGreaterThan(0.5);
  expect(foreign?.relevance).toBeCloseTo(0, 2);
  expect(highestScore).toBeGreaterThan(foreignScore);
});

test('as many as are asked for are found, none for a limit of 0', () => {
  expect([0, 1, 3, 9].map((limit) => retrieve('zoo', talk, limit).length)).toEqual([0, 1, 3, 5]);
});

test('a model of embeddings finds what has no word in common', () => {
  const [east, north] = [Float32Array.of(1, 0, 0, 0), Float32Array.of(0, 1, 0, 0)];
  const embeddingOf = (text: string) => (text === 'qwx' || text === 'rty' ? east : north);
  const memories = [memory('uio', { confidence: 0.9 }), memory('rty')];
  const first = (embeddings?: typeof embeddingOf) =>
    retrieve('qwx', memories, 1, embeddings)[0]?.memory.content;
  expect(first(embeddingOf)).toBe('rty');
  expect(first()).toBe('uio');
});
