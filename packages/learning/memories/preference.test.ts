import { expect, test } from 'vitest';
import { contentKey } from './memory.ts';
import { findSlot, readPolarity, readPreference, toPreferenceKeys } from './preference.ts';

test.each([
  ['Prefers: Docker', 'like', 'Docker'],
  ['Avoids: Docker', 'dislike', 'Docker'],
  ['Dislikes: loud places', 'dislike', 'loud places'],
  ['Docker', 'like', 'Docker'],
  ['dark mode', 'like', 'dark mode'],
  ['no Docker', 'dislike', 'Docker'],
  ['not Docker any more', 'dislike', 'Docker'],
  ["doesn't like Docker", 'dislike', 'Docker'],
  ['The user does not use Docker', 'dislike', 'Docker'],
  ['I hate loud places', 'dislike', 'loud places'],
  ['never use Docker again', 'dislike', 'Docker'],
  ['Prefers: no Docker', 'dislike', 'Docker'],
  ['anything but Java', 'dislike', 'Java'],
  ['kein Docker', 'dislike', 'Docker'],
  ['sans Docker', 'dislike', 'Docker'],
  ['Prefers: pets that do not shed', 'like', 'pets that do not shed'],
  ['Prefers: games without violence', 'like', 'games without violence'],
])('"%s" is a %s of "%s"', (content, polarity, thing) => {
  expect(readPreference(content)).toEqual({ polarity, thing });
});

test('a correction in own words has the key and the slot of the same preference when it is learned', () => {
  expect(toPreferenceKeys("doesn't like k8s")).toEqual({
    content_key: contentKey('Avoids: Kubernetes'),
    slot: null,
  });
  expect(toPreferenceKeys('Vue.js')).toEqual({
    content_key: contentKey('Prefers: Vue'),
    slot: 'frontend framework',
  });
});

test('the key of a dislike is that of the liking behind an exclamation mark', () => {
  expect(contentKey('Avoids: Docker')).toBe(`!${contentKey('Prefers: Docker')}`);
});

test.each([
  // A label, with spaces.
  ['Avoids:  Docker ', 'dislike', 'Docker'],
  ['Prefers:  tea ', 'like', 'tea'],
  // What is denied twice is a liking.
  ['not without Docker', 'like', 'not without Docker'],
  ['never avoid Docker', 'like', 'never avoid Docker'],
  // Behind what begins a clause, and in other languages.
  ['but no Docker', 'dislike', 'Docker'],
  ['ohne Docker', 'dislike', 'Docker'],
  ['ich mag kein Docker', 'dislike', 'Docker'],
  ['Docker nicht verwenden', 'dislike', 'Docker'],
  ['Docker und Kubernetes nicht verwenden', 'dislike', 'Docker, Kubernetes'],
  ['Docker verwenden', 'like', 'Docker verwenden'],
  ['nicht Docker, sondern Podman', 'dislike', 'Docker, sondern Podman'],
  ['mit Podman statt Docker', 'like', 'mit Podman statt Docker'],
  // What is refused behind a question mark.
  ['Docker? Rather not', 'dislike', 'Docker'],
  ['tea? no', 'dislike', 'tea'],
  ['loud music? No, thanks!', 'dislike', 'loud music'],
  ['Fleisch? Lieber nicht.', 'dislike', 'Fleisch'],
  ['tea? yes', 'like', 'tea? yes'],
  // Each kind of negator.
  ['hates tea', 'dislike', 'tea'],
  ['instead of tea', 'dislike', 'tea'],
  ['never tea', 'dislike', 'tea'],
  ['I do not want to use tea any more, thanks!', 'dislike', 'tea'],
  // A negator in the middle says nothing of the whole, and one alone has no thing.
  ['tea, not coffee', 'like', 'tea, not coffee'],
  ['Docker yes, Kubernetes not', 'like', 'Docker yes, Kubernetes not'],
  ['no', 'like', 'no'],
  ['avoid', 'like', 'avoid'],
])('"%s" is a %s of "%s", too', (content, polarity, thing) => {
  expect(readPreference(content)).toEqual({ polarity, thing });
  expect(readPolarity(content)).toBe(polarity);
});

test.each([
  ['Docker', null, 'container'],
  ['Docker and Kubernetes', null, null],
  ['tea', 'coffee', 'either: coffe | tea'],
  ['coffee', 'tea', 'either: coffe | tea'],
  ['dark mode', 'light mode', 'opposites: dark|light|bright|black|white mode'],
  ['tea', null, null],
])('the slot of "%s" beside "%s" is %s', (thing, rival, slot) => {
  expect(findSlot(thing, rival)).toBe(slot);
});

test('a dislike has no slot', () => {
  expect(toPreferenceKeys('no Vue').slot).toBeNull();
});
