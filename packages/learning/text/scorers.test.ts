import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toTopicVector } from '../ranking/ranking-context.ts';
import {
  createPackedScorer,
  createTermScorer,
  embeddingSimilarity,
  packDocuments,
  softWordSimilarity,
  tfidfSimilarity,
} from './similarity.ts';
import { analyze, toTextVector } from './text-vector.ts';
import { createWordScorer } from './word-scorer.ts';

const phrase = fc.constantFrom(
  'deploy the API with Docker',
  'Deploying APIs, deploying dockers',
  'a quiet guesthouse',
  'a silent inn away from noise',
  "Ärger mit Kubernetes' 宿泊施設 ☕",
  'k8s kubernetes deployment deploy',
);
const text = fc.oneof(phrase, fc.lorem({ maxCount: 12 }), fc.string({ unit: 'grapheme' }));
const texts = fc.array(text, { minLength: 1, maxLength: 5 });

test('a scorer gives every text the similarity of the plain definitions', () => {
  fc.assert(
    fc.property(texts, texts, (documents, others) => {
      const vectors = documents.map(analyze);
      const [terms, words] = [createTermScorer(vectors), createWordScorer(vectors)];
      for (const other of others.map(analyze)) {
        expectClose(
          terms(other),
          vectors.map((vector) => tfidfSimilarity(vector, other)),
        );
        expectClose(
          words(other),
          vectors.map((vector) => softWordSimilarity(vector, other)),
        );
      }
    }),
  );
});

test('packed documents have the similarity of each by itself, to a document of none of them too', () => {
  fc.assert(
    fc.property(texts, text, (documents, other) => {
      const vectors = documents.map(analyze);
      const one = analyze(other);
      expectClose(
        createPackedScorer(one)(packDocuments(vectors)),
        vectors.map((vector) => embeddingSimilarity(one, vector) + tfidfSimilarity(one, vector)),
      );
    }),
  );
  expect(createPackedScorer(analyze('deploy'))(packDocuments([]))).toEqual(new Float64Array(0));
});

test('the topic vector of several texts is the vector of the texts as one', () => {
  fc.assert(
    fc.property(text, texts, (request, questions) => {
      const merged = toTopicVector(request, questions);
      const joined = analyze([request, ...questions.toSorted()].join('\n'));
      expect({ ...merged, serial: 0 }).toEqual({ ...joined, serial: 0 });
      expect([merged.keys, merged.weights]).toEqual([joined.keys, joined.weights]);
    }),
  );
});

test('the same text has the same vector while it is cached', () => {
  expect(toTextVector('deploy the API')).toBe(toTextVector('deploy the API'));
});

function expectClose(found: Float64Array, wanted: number[]): void {
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 5);
}
