import { expect, test } from 'vitest';
import { findTechnologies } from '../text/technologies.ts';
import { findMarks } from './negation.ts';
import { readPolarities } from './polarity.ts';

test.each([
  ['I hate and avoid Docker', ['dislike']],
  ['no Docker, no Kubernetes', ['dislike', 'dislike']],
  ['neither Docker nor Kubernetes', ['dislike', 'dislike']],
  ['use React and not Redis', ['like', 'dislike']],
  ['a scraper that does not use Python', ['dislike']],
  ['avoid libraries that use Docker', ['dislike']],
  ['not only Docker but also Kubernetes', ['like', 'like']],
  ["don't forget to use Docker", ['like']],
  ['stop using Python and use Kotlin', ['dislike', 'like']],
  ['a Docker -free setup with Podman', ['dislike', 'like']],
  // Said of it, but neither for nor against it.
  ['replace jQuery and Django with React', [null, null, 'like']],
  ['keep Docker out of the stack', [null]],
  ['Docker does not start', [null]],
  ['because Docker is slow, use Podman', [null, 'like']],
  // Twice denied.
  ["I can't live without Docker", [null]],
  ['never use Docker without Kubernetes', ['dislike', null]],
  ["don't stop using Docker", [null]],
  // Behind the list of what is denied anything may follow.
  ["don't use Docker here, Kubernetes is better", ['dislike', null]],
  ['without Docker, virtual machines and Terraform', ['dislike', null]],
  ["don't use Docker and use Kubernetes", ['dislike', null]],
] as const)('"%s" speaks %j of what it names', (text, polarities) => {
  expect(readPolarities(text, findTechnologies(text), 'en')).toEqual(polarities);
});

test.each([
  ['de', 'Docker und Kubernetes nicht verwenden', ['dislike', 'dislike']],
  ['de', 'mit Podman statt Docker', ['like', 'dislike']],
  ['de', 'nicht Docker, sondern Podman', ['dislike', 'like']],
  ['nl', 'Docker niet gebruiken maar Podman', ['dislike', 'like']],
  ['fr', "n'utilise plus jamais Docker", ['dislike']],
  ['es', 'no uses nunca Docker', ['dislike']],
  ['it', 'non usare mai Docker', ['dislike']],
  ['pt', 'não use Docker nem Kubernetes', ['dislike', 'dislike']],
] as const)('in %s "%s" speaks %j of what it names', (language, text, polarities) => {
  expect(readPolarities(text, findTechnologies(text), language)).toEqual(polarities);
});

test.each([
  ['en', 'Docker, never Podman', ['like', 'dislike']],
  ['en', 'use Docker and avoid Podman', ['like', 'dislike']],
  ['en', 'Docker and Podman never', [null, null]],
  ['en', 'React with Docker Podman not', [null, null]],
  ['en', 'Docker works and Podman does not start', [null, null]],
  ['en', 'Docker does not start, use Podman', [null, 'like']],
  ['en', 'if Docker fails use Podman', [null, null]],
  ['en', 'Docker that never starts', ['like']],
  ['en', 'a tool that avoids Docker and Podman', ['dislike', 'dislike']],
  ['en', 'instead of Docker, use Podman', ['dislike', 'like']],
  ['en', 'Docker instead of Podman', ['like', 'dislike']],
  ['en', 'not Docker. Podman', ['dislike', 'like']],
  ['en', 'do not use Docker and do not use Podman', ['dislike', 'dislike']],
  ['en', 'without Docker nor Podman', ['dislike', 'dislike']],
  // Only compared, and so is what the list goes on with.
  ['en', 'Docker over Podman and Django', ['like', null, null]],
  ['en', 'never Docker -free', [null]],
  // A second negator without a conjunction leaves it open, and in other languages strengthens the first.
  ['en', 'no Docker never Podman', ['dislike', null]],
  ['en', 'avoid Docker not Podman', ['dislike', null]],
  ['fr', 'je ne veux jamais Docker', ['dislike']],
  ['es', 'no uso nunca Docker, ni Podman', ['dislike', 'dislike']],
  ['de', 'Docker, Podman nicht verwenden', ['dislike', 'dislike']],
  ['de', 'mit Docker, aber Podman nicht', ['like', 'dislike']],
  ['de', 'mit Docker – Podman nicht', ['like', 'dislike']],
] as const)('in %s "%s" speaks %j of its names', (language, text, polarities) => {
  expect(readPolarities(text, findTechnologies(text), language)).toEqual(polarities);
});

test('a mark within a name is a part of it', () => {
  // "No" of "No Docker" would negate; as a part of the name it does not.
  const spans = [
    { start: 4, end: 13 },
    { start: 18, end: 24 },
  ];
  expect(readPolarities('use No Docker and Podman', spans, 'en')).toEqual(['like', 'like']);
  expect(readPolarities('use No Docker and Podman', [{ start: 7, end: 13 }], 'en')).toEqual(['dislike']);
});

test.each([
  ['stop using A and use B', ['averse stop', 'resume and use']],
  ["don't use A and use B", ["not don't", 'unsure and use']],
  ["don't use A, use B", ["not don't", 'resume , use']],
  ['not using A and use B', ['not not', 'resume and use']],
  ['avoid A and use B', ['averse avoid', 'resume and use']],
  ['avoid A and using B', ['averse avoid', 'resume and using']],
  ['stop relying on A and using B', ['averse stop', 'unsure and using']],
  ['no A. and use B', ['not no', 'break .', 'resume and use']],
  ['and use B', ['resume and use']],
  ['but never A that', ['break but', 'not never', 'relative that']],
  ['not only A', []],
])('"%s" has the marks %j', (text, marks) => {
  expect(findMarks(text, 'en').map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`)).toEqual(
    marks,
  );
});

test('only "nor" joins', () => {
  expect(findMarks('nor A and never B', 'en').map(({ joins }) => joins)).toEqual([true, false]);
});
