import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyze, toTextVector } from '../text/text-vector.ts';
import { preferenceDirection } from '../text/vector.ts';
import { encodeSelection } from './history-features.ts';

const text = fc.constantFrom('deploy api', 'a quiet inn', 'a loud hostel', 'write tests', 'sushi', '');
const choice = fc
  .tuple(text, fc.uniqueArray(text, { minLength: 1, maxLength: 5 }), fc.nat(5))
  .map(([input_text, texts, pick]) => ({
    ...{ input_text, at: new Date(0) },
    shown: texts.map((question, i) => ({ question, chosen: i === pick })),
  }));

test('a choice from memory is the one that was made: its texts, its pick, its theme', () => {
  fc.assert(
    fc.property(choice, ({ input_text, at, shown }) => {
      const found = encodeSelection({ input_text, at, shown });
      const meanings = shown.map(({ question }) => toTextVector(question).embedding);
      const pick = shown.findIndex(({ chosen }) => chosen);
      const texts = (chosen: boolean) =>
        shown.filter((one) => one.chosen === chosen).map(({ question }) => toTextVector(question));
      expect(found.chosen).toBe(texts(true)[0] ?? null);
      expect(found.rejected).toEqual(texts(false));
      expect(found.preferenceDirection).toEqual(
        pick < 0 ? null : preferenceDirection(meanings[pick] ?? new Float32Array(), meanings),
      );
      const whole = [input_text, ...shown.map(({ question }) => question).toSorted()].join('\n');
      expect(found.theme.embedding).toEqual(analyze(whole).embedding);
    }),
  );
});
