import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyze, toTextVector } from '../text/text-vector.ts';
import { preferenceDirection } from '../text/vector.ts';
import { encodeSelection } from './history-features.ts';

const text = fc.constantFrom('deploy api', 'a quiet inn', 'a loud hostel', 'write tests', 'sushi', '');
const selection = fc
  .tuple(text, fc.uniqueArray(text, { minLength: 1, maxLength: 5 }), fc.nat(5))
  .map(([input_text, texts, selected]) => ({
    ...{ input_text, at: new Date(0) },
    shown: texts.map((question, i) => ({ question, chosen: i === selected })),
  }));

test('a cached selection equals a fresh one: its texts, its selected text, its topic vector', () => {
  fc.assert(
    fc.property(selection, ({ input_text, at, shown }) => {
      const encoded = encodeSelection({ input_text, at, shown });
      const embeddings = shown.map(({ question }) => toTextVector(question).embedding);
      const selected = shown.findIndex(({ chosen }) => chosen);
      const texts = (chosen: boolean) =>
        shown.filter((one) => one.chosen === chosen).map(({ question }) => toTextVector(question));
      expect(encoded.selected).toBe(texts(true)[0] ?? null);
      expect(encoded.rejected).toEqual(texts(false));
      expect(encoded.preferenceDirection).toEqual(
        selected < 0 ? null : preferenceDirection(embeddings[selected] ?? new Float32Array(), embeddings),
      );
      const whole = [input_text, ...shown.map(({ question }) => question).toSorted()].join('\n');
      expect(encoded.topicVector.embedding).toEqual(analyze(whole).embedding);
    }),
  );
});
