import fc from 'fast-check';
import { expect, test } from 'vitest';
import { themeOf } from '../ranking/ranking-context.ts';
import { termLens, termLikeness, wordLikeness } from './similarity.ts';
import { readText, vectorOf } from './text-vector.ts';
import { wordLens } from './word-scorer.ts';

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

test('through a lens every text is as like as by the plain definitions', () => {
  fc.assert(
    fc.property(texts, texts, (options, others) => {
      const vectors = options.map(readText);
      const [terms, words] = [termLens(vectors), wordLens(vectors)];
      for (const other of others.map(readText)) {
        expectClose(
          terms(other),
          vectors.map((vector) => termLikeness(vector, other)),
        );
        expectClose(
          words(other),
          vectors.map((vector) => wordLikeness(vector, other)),
        );
      }
    }),
  );
});

test('a theme made of the vectors of its parts is the vector of the parts as one text', () => {
  fc.assert(
    fc.property(text, texts, (request, questions) => {
      const made = themeOf(request, questions);
      const read = readText([request, ...questions.toSorted()].join('\n'));
      expect({ ...made, serial: 0 }).toEqual({ ...read, serial: 0 });
      expect([made.keys, made.weights]).toEqual([read.keys, read.weights]);
    }),
  );
});

test('the same text has the same vector while it is remembered', () => {
  expect(vectorOf('deploy the API')).toBe(vectorOf('deploy the API'));
});

function expectClose(found: Float64Array, wanted: number[]): void {
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 5);
}
