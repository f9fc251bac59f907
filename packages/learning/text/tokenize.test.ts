import { expect, test } from 'vitest';
import { tokenize } from './tokenize.ts';

test('words come without punctuation, with their lemma and part of speech, as they are written', () => {
  expect(tokenize('She Built houses, quickly!\n')).toEqual([
    { written: 'She', lower: 'she', lemma: 'she', pos: 'PRON' },
    { written: 'Built', lower: 'built', lemma: 'build', pos: 'VERB' },
    { written: 'houses', lower: 'houses', lemma: 'house', pos: 'NOUN' },
    { written: 'quickly', lower: 'quickly', lemma: 'quickly', pos: 'ADV' },
  ]);
  expect(tokenize(`${'x'.repeat(60)} y`).map(({ written }) => written.length)).toEqual([40, 1]);
  expect(tokenize(`${'ab '.repeat(700)}`)).toHaveLength(667);
});
