import { expect, test } from 'vitest';
import type { EmbeddingOf } from '../embeddings/similarity.ts';
import type { Memory } from '../memories/memory.ts';
import { retrieve } from '../memories/retrieval/retrieve.ts';
import { defaultFacets } from '../persona/facets.ts';
import { embeddingFeatures } from './embedding-features.ts';
import { rank } from './rank.ts';

const now = new Date('2026-11-01T12:00:00Z');

/** Places to stay on the first axis, machines on the second; quiet ones on the third, loud ones on the fourth. */
const embeddings: Record<string, number[]> = {
  'Unterkunft in Kyoto?': [1, 0, 0, 0],
  'stille Herberge': [0.7, 0, 0.7, 0],
  'laute Herberge': [0.7, 0, 0, 0.7],
  'Where to stay?': [1, 0, 0, 0],
  'a peaceful inn': [0.6, 0, 0.8, 0],
  'a party hostel': [0.6, 0, 0, 0.8],
  'Which drill?': [0, 1, 0, 0],
  'one that whispers': [0, 0.6, 0.8, 0],
  'one that roars': [0, 0.6, 0, 0.8],
};
const embeddingOf: EmbeddingOf = (text) => {
  const embedding = embeddings[text];
  return embedding === undefined ? null : Float32Array.from(embedding, (x) => x / Math.hypot(...embedding));
};

const questions = ['stille Herberge', 'laute Herberge'];
const select = (input_text: string, selected: string, rejected: string) => ({
  input_text,
  at: now,
  shown: [
    { question: selected, chosen: true },
    { question: rejected, chosen: false },
  ],
});
const input = (selections: ReturnType<typeof select>[], memories: Memory[] = []) => ({
  input_text: 'Unterkunft in Kyoto?',
  candidates: questions.map((question) => ({ question, rationale: '', prior: 0.5 })),
  ...{ memories, selections, tenantSelections: [], facets: defaultFacets, interaction_count: 1, now },
});
const memory = (type: Memory['type'], content: string): Memory => ({
  ...{ memory_id: content, type, content, confidence: 0.9, tags: [], last_seen: now, count: 1 },
});

test('a selection leads the next of its topic where no word is the same, and not one of another topic', () => {
  const stay = select('Where to stay?', 'a peaceful inn', 'a party hostel');
  const drill = select('Which drill?', 'one that roars', 'one that whispers');
  const [quiet, loud] = embeddingFeatures(input([drill, stay]), embeddingOf);
  expect(quiet?.chosen_embedding).toBeGreaterThan(0.3);
  expect(loud?.chosen_embedding).toBeLessThan(-0.3);
  const best = (of: ReturnType<typeof input>, vectors?: EmbeddingOf) =>
    rank({ ...of, embeddingOf: vectors }).map(({ candidate }) => candidate.question)[0];
  expect(best(input([stay]), embeddingOf)).toBe('stille Herberge');
  expect(best(input([select('Where to stay?', 'a party hostel', 'a peaceful inn')]), embeddingOf)).toBe(
    'laute Herberge',
  );
});

test('goals and preferences raise similar candidates', () => {
  const memories = [memory('goal', 'a peaceful inn'), memory('preference', 'a party hostel')];
  const [quiet, loud] = embeddingFeatures(input([], memories), embeddingOf);
  expect(quiet?.goal_embedding).toBeGreaterThan(loud?.goal_embedding ?? 1);
  expect(loud?.preference_embedding).toBeGreaterThan(quiet?.preference_embedding ?? 1);
});

test('a dislike lowers what is near to it by as much as a liking raises it', () => {
  const known: EmbeddingOf = (text) => embeddingOf(text.replace('Avoids: ', ''));
  const feature = (content: string) =>
    embeddingFeatures(input([], [memory('preference', content)]), known)[1]?.preference_embedding ?? 0;
  expect(feature('a party hostel')).toBeGreaterThan(0.3);
  expect(feature('Avoids: a party hostel')).toBeCloseTo(-feature('a party hostel'), 9);
});

test('a text without an embedding is compared by its words, and changes nothing else', () => {
  const stay = select('Where to stay?', 'a peaceful inn', 'a party hostel');
  const unknown = select('nobody knows this', 'neither', 'nor');
  expect(embeddingFeatures(input([stay, unknown]), embeddingOf)).toEqual(
    embeddingFeatures(input([stay]), embeddingOf),
  );
  const nothing = { chosen_embedding: 0, goal_embedding: 0, preference_embedding: 0 };
  expect(embeddingFeatures(input([stay]), () => null)).toEqual([nothing, nothing]);
  const scores = (vectors?: EmbeddingOf) =>
    rank({ ...input([stay]), embeddingOf: vectors }).map(({ score }) => score);
  expect(scores(() => null)).toEqual(scores());
});

test('a memory in another language is retrieved; without embeddings only its words count', () => {
  const memories = [
    memory('history', 'one that roars'),
    memory('history', 'a peaceful inn'),
    memory('history', 'a drill, bought yesterday'),
  ];
  const first = (query: string, vectors?: EmbeddingOf) =>
    retrieve(query, memories, 1, vectors)[0]?.memory.content;
  expect(first('stille Herberge', embeddingOf)).toBe('a peaceful inn');
  expect(first('drill', embeddingOf)).toBe('a drill, bought yesterday');
  expect(retrieve('stille Herberge', memories, 3, () => null)).toEqual(
    retrieve('stille Herberge', memories, 3),
  );
});
