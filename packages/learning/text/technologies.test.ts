import { expect, test } from 'vitest';
import { findTechnologies, lookUpTechnology } from './technologies.ts';

const found = (text: string) =>
  findTechnologies(text).map(({ name, start, end }) => [name, text.slice(start, end)]);

test.each([
  [
    'deploy with Docker and k8s.',
    [
      ['Docker', 'Docker'],
      ['Kubernetes', 'k8s'],
    ],
  ],
  // The longest name wins, and its words are not read again.
  [
    'React Native or React',
    [
      ['React Native', 'React Native'],
      ['React', 'React'],
    ],
  ],
  ['docker-compose', [['Docker Compose', 'docker-compose']]],
  ['Docker/Kubernetes', []],
  [
    'Docker, Docker!',
    [
      ['Docker', 'Docker'],
      ['Docker', 'Docker'],
    ],
  ],
  ['use Node.js.', [['Node.js', 'Node.js']]],
  ['nothing here', []],
  ['', []],
])('"%s" names %j', (text, names) => {
  expect(found(text)).toEqual(names);
});

test.each([
  // Spelled as the name, behind a word that may stand before one.
  ['write it in Go', true],
  ['without Go', true],
  ['Go home', false],
  // Spelled as the word: only behind a strong word and before the end or a word that goes on.
  ['write it in go', true],
  ['using go, now', true],
  ['using go and docker', true],
  ['using go home', false],
  ['without go', false],
  ['let us go', false],
])('"%s" names the language Go: %s', (text, names) => {
  expect(findTechnologies(text).some(({ name }) => name === 'Go')).toBe(names);
});

test('a name has its slot, and is looked up whatever its case', () => {
  expect(lookUpTechnology(' DJANGO ')).toMatchObject({ name: 'Django', slot: 'web framework' });
  expect(findTechnologies('Django')[0]?.slot).toBe('web framework');
  expect(lookUpTechnology('k8s')).toMatchObject({ name: 'Kubernetes' });
  expect(lookUpTechnology('a django')).toBeNull();
});
