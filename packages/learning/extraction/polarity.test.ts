import { expect, test } from 'vitest';
import { findTechnologies } from '../text/technologies.ts';
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
