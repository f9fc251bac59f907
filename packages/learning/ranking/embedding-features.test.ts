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

const axis = (...values: number[]) => Float32Array.of(...values);
const space: Record<string, Float32Array> = {
  request: axis(1, 0, 0, 0),
  east: axis(1, 0, 0, 0),
  north: axis(0, 1, 0, 0),
  south: axis(0, -1, 0, 0),
  between: axis(0.6, 0.8, 0, 0),
};
const inSpace: EmbeddingOf = (text) => space[text] ?? null;
const scene = (candidates: string[], changes: Partial<Parameters<typeof embeddingFeatures>[0]>) =>
  embeddingFeatures(
    {
      ...{ input_text: 'request', memories: [], selections: [], now },
      candidates: candidates.map((question) => ({ question })),
      ...changes,
    },
    inSpace,
  );
const past = (selected: string | null, rejected: string[], daysAgo = 0) => ({
  input_text: 'request',
  at: new Date(now.getTime() - daysAgo * 86_400_000),
  shown: [
    ...(selected === null ? [] : [{ question: selected, chosen: true }]),
    ...rejected.map((question) => ({ question, chosen: false })),
  ],
});
const chosenOf = (selection: ReturnType<typeof past>) =>
  scene(['east'], { selections: [selection] })[0]?.chosen_embedding;

// Both topics are (1, 0, 0, 0): the weight is e^(12 × (1 − 0.45)) = 735.0952, of itself and 1.
test.each([
  { what: 'the same was selected', selection: past('east', []), feature: 735.0952 / 736.0952 },
  { what: 'half a year ago', selection: past('east', [], 180), feature: 367.5476 / 368.5476 },
  { what: 'a clock that is ahead', selection: past('east', [], -180), feature: 735.0952 / 736.0952 },
  { what: 'the same was rejected', selection: past(null, ['east']), feature: -735.0952 / 736.0952 },
  {
    what: 'it was selected before one that nobody knows',
    selection: past('east', ['?']),
    feature: 735.0952 / 736.0952,
  },
  {
    what: 'one that nobody knows was selected',
    selection: past('?', ['east']),
    feature: -735.0952 / 736.0952,
  },
])('a selection of the same topic counts fully: $what', ({ selection, feature }) => {
  expect(chosenOf(selection)).toBeCloseTo(feature, 5);
});

test('the rejected count by their mean, and a topic at an angle counts less', () => {
  // The topic of the past is (1 + 1, 1 − 1): the same. Similarity 1 to the selected, 0 and 0 to the rejected.
  expect(chosenOf(past('east', ['north', 'south']))).toBeCloseTo(735.0952 / 736.0952, 5);
  // Of (1 + 0.6, 0.8) the cosine with (1, 0) is 0.894427: e^(12 × 0.444427) = 207.06. Contrast: −0.6.
  expect(chosenOf(past(null, ['between']))).toBeCloseTo((-0.6 * 207.06) / 208.06, 4);
});

test.each([
  // Relevance 0.3 + 0.7 × similarity to the topic; the candidate is the topic, too.
  { type: 'goal', content: 'east', feature: 0.9 },
  { type: 'goal', content: 'between', feature: 0.9 * (0.3 + 0.7 * 0.6) * 0.6 },
  { type: 'preference', content: 'between', feature: 0.9 * (0.3 + 0.7 * 0.6) * 0.6 },
  { type: 'goal', content: 'north', feature: 0 },
  { type: 'goal', content: 'nobody knows', feature: 0 },
  { type: 'history', content: 'east', feature: 0 },
] as const)('a $type "$content" gives $feature', ({ type, content, feature }) => {
  const [features] = scene(['east'], { memories: [memory(type, content)] });
  expect(features?.[type === 'preference' ? 'preference_embedding' : 'goal_embedding']).toBeCloseTo(
    feature,
    6,
  );
  expect(features?.[type === 'preference' ? 'goal_embedding' : 'preference_embedding']).toBe(0);
});

test('the most similar memory counts, never one that points away, and for a candidate that nobody knows none', () => {
  const memories = [memory('goal', 'between'), memory('goal', 'east'), memory('goal', 'north')];
  expect(scene(['east'], { memories })[0]?.goal_embedding).toBeCloseTo(0.9, 6);
  const away = scene(['south', '?'], { memories: [memory('goal', 'north')] });
  expect(away.map((one) => one.goal_embedding)).toEqual([0, 0]);
  const disliked = { ...memory('preference', 'Avoids: east'), content: 'Avoids: east' };
  space['Avoids: east'] = axis(1, 0, 0, 0);
  expect(scene(['east'], { memories: [disliked] })[0]?.preference_embedding).toBeCloseTo(-0.9, 6);
});
