import type { Memory } from '@learning-loop/learning/memories/memory';
import { retrieve } from '@learning-loop/learning/memories/retrieval/retrieve';
import { rank } from '@learning-loop/learning/ranking/rank';
import { toFeatureMatrix } from '@learning-loop/learning/ranking/utility/candidate-features';
import { fitUtilities, priorVariances } from '@learning-loop/learning/ranking/utility/utility-model';
import { shippedWeights } from '@learning-loop/learning/ranking/weights';
import { expect, onTestFinished, test } from 'vitest';
import type { RankTask, RetrieveTask } from './compare.ts';
import { createComparer } from './comparer.ts';

const now = new Date('2026-11-30T12:00:00Z');
const user = (user_id: string, tenant_id = 'acme') => ({ tenant_id, user_id });

function comparerForTest() {
  const comparer = createComparer();
  onTestFinished(() => comparer[Symbol.asyncDispose]());
  return comparer;
}

const topics = ['rest api with a database', 'bread without kneading', 'train to the mountains', 'unit tests'];

function memories(count: number, length: number): Memory[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{
      memory_id: `m${String(i).padStart(3, '0')}`,
      type: 'history' as const,
      confidence: 0.8,
      last_seen: now,
    },
    content: `${topics[i % topics.length]} number ${i} `.repeat(Math.ceil(length / 30)).slice(0, length),
  }));
}

const retrieval = (all: Memory[]): RetrieveTask => ({
  ...{ kind: 'retrieve', query: 'bake bread', memories: all, limit: 5 },
});

const ranking = (length: number): RankTask => ({
  kind: 'rank',
  weights: shippedWeights,
  input: {
    ...{ input_text: 'build an api'.padEnd(length, ' quickly'), memories: [], tenantSelections: [], now },
    facets: { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 },
    interaction_count: 1,
    candidates: ['with a database', 'without one'].map((question) => ({
      question,
      rationale: '',
      prior: 0.5,
    })),
    selections: [
      {
        ...{ input_text: 'build an api', at: now },
        shown: [
          { question: 'with a database', chosen: true },
          { question: 'without one', chosen: false },
        ],
      },
    ],
  },
});

const vector = (text: string) => Float32Array.from([text.length % 7, text.length % 5, 1, 0]);

test('a task that is costly runs in another thread, and its result is the same', async () => {
  const comparer = comparerForTest();
  const task = retrieval(memories(400, 250));
  const { query, memories: all, limit } = task;
  const inThread = comparer.run(user('ada'), task, vector);
  // The thread is still starting when the event loop has long taken its turn.
  expect(await Promise.race([inThread, new Promise((done) => setImmediate(done, 'waits'))])).toBe('waits');
  expect(await inThread).toEqual(retrieve(query, all, limit, vector));

  const long = ranking(30_000);
  const [first] = await comparer.run(user('ada'), long, vector);
  expect(first).toEqual(rank({ ...long.input, embeddingOf: vector }, shippedWeights)[0]);
});

test('what was learned from the tenant counts in another thread, too', async () => {
  const features = toFeatureMatrix(['with a database', 'without one']);
  const others = Array.from({ length: 20 }, () => ({ features, selected: 1, weight: 1 }));
  const task = ranking(30_000);
  task.input.tenantUtilities = fitUtilities(others, priorVariances.tenant);
  const [best] = await comparerForTest().run(user('ada'), task, undefined);
  expect(best?.features['tenant_utility']).toBeGreaterThan(0.1);
  expect(best).toEqual(rank(task.input, shippedWeights)[0]);
});

test('texts are cut for the comparison alone, and their embeddings are those of the whole', async () => {
  const comparer = comparerForTest();
  const asked = new Set<string>();
  const long = memories(400, 4_000);
  const best = await comparer.run(user('ada'), retrieval(long), (text) => {
    asked.add(text);
    return vector(text);
  });
  expect(best).toHaveLength(5);
  for (const { memory } of best) expect(long).toContain(memory);
  expect([...asked].sort()).toEqual(['bake bread', ...long.map(({ content }) => content)].sort());
});

test('a tenant with too many costly tasks is refused, and another one is not', async () => {
  const comparer = comparerForTest();
  const task = retrieval(memories(400, 4_000));
  const running = Array.from({ length: 17 }, (_, i) => comparer.run(user(`u${i}`), task, undefined));
  await expect(comparer.run(user('late'), task, undefined)).rejects.toMatchObject({
    ...{ statusCode: 429, code: 'too_costly' },
  });
  // Before any work; who asks for little, or for another tenant, is not turned away.
  expect(() => comparer.admit(user('u1'))).toThrow('wait already');
  comparer.admit(user('late'));
  comparer.admit(user('u1', 'globex'));
  const others = comparer.run(user('ada', 'globex'), task, undefined);
  const light = comparer.run(user('late'), retrieval(memories(10, 50)), undefined);
  expect(await light).toHaveLength(5);
  expect(await others).toHaveLength(5);
  expect((await Promise.all(running)).every((scored) => scored.length === 5)).toBe(true);
});

test('what a user’s tasks took is taken once, and only theirs', async () => {
  const comparer = comparerForTest();
  await comparer.run(user('ada'), retrieval(memories(200, 400)), undefined);
  expect(comparer.takeSpent(user('bob'))).toBe(0);
  expect(comparer.takeSpent(user('ada', 'globex'))).toBe(0);
  expect(comparer.takeSpent(user('ada'))).toBeGreaterThan(0);
  expect(comparer.takeSpent(user('ada'))).toBe(0);
});

/** Takes so many ms of CPU time. */
function spin(ms: number): void {
  const begun = process.threadCpuUsage();
  for (let spent = 0; spent < ms * 1_000; ) {
    const { user: own, system } = process.threadCpuUsage(begun);
    spent = own + system;
  }
}

test('a user whose last two tasks took 20 ms each is costly, until one takes less; what they took adds up', () => {
  const comparer = comparerForTest();
  for (const ms of [20, 12, 20]) {
    comparer.measure(user('ada'), () => spin(ms));
    expect(comparer.isCostly(user('ada')), 'after one that did').toBe(false);
  }
  comparer.measure(user('ada'), () => spin(20));
  expect([user('ada'), user('ada', 'acme2'), user('bob')].map(comparer.isCostly)).toEqual([
    true,
    false,
    false,
  ]);
  expect(comparer.takeSpent(user('ada'))).toBeGreaterThanOrEqual(72);
  expect(comparer.isCostly(user('ada')), 'also after it was charged').toBe(true);
  comparer.admit(user('ada'));
  expect(comparer.measure(user('ada'), () => 'measured')).toBe('measured');
  expect(comparer.isCostly(user('ada'))).toBe(false);
});

test('up to 80,000 characters are compared at once, more of them in another thread; own texts count four times', async () => {
  const comparer = comparerForTest();
  const [memory] = memories(1, 50);
  if (!memory) throw new Error('no memory');
  const where = async (task: RankTask | RetrieveTask, who: string) => {
    const running = comparer.run(user(who), task, undefined);
    const place = await Promise.race([
      running.then(() => 'here'),
      new Promise((done) => setImmediate(done, 'thread')),
    ]);
    await running;
    return place;
  };
  const content = (length: number) => 'bread '.repeat(20_000).slice(0, length);
  const remembered = (length: number) => retrieval([{ ...memory, content: content(length) }]);
  // The query has 10 characters.
  expect(await where(remembered(79_990), 'a')).toBe('here');
  expect(await where(remembered(79_991), 'b')).toBe('thread');
  // 38 of the past selection, and 26 of the candidates beside the text: 4 × (text + 26) + 38.
  expect(await where(ranking(19_964), 'c')).toBe('here');
  expect(await where(ranking(19_965), 'd')).toBe('thread');
});
