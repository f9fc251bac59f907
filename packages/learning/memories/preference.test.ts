import { expect, test } from 'vitest';
import { contentKey } from './memory.ts';
import { readPreference, toPreferenceKeys } from './preference.ts';

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
