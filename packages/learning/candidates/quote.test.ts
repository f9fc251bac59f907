import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateCandidates } from './propose.ts';
import { sanitize, shorten } from './quote.ts';

const quote = (text: string) => shorten(sanitize(text));

test.each([
  ['👨‍👩‍👧 photo', '👨‍👩‍👧 photo', 'a family of emoji is one character'],
  ['می‌خواهم', 'می‌خواهم', 'Persian words keep their zero-width non-joiner'],
  ['Donau\u00ADdampf', 'Donau\u00ADdampf', 'soft hyphens stay'],
  ['safe\u202Etxt.exe', 'safetxt.exe', 'marks that turn the text around go'],
  ['tag\u{E0041}\u{E0042}', 'tag', 'letters that nobody sees go'],
  ['two\nlines\tand\u0000more', 'two lines and more', 'one line'],
])('%j is quoted as %j: %s', (text, quoted) => {
  expect(quote(text)).toBe(quoted);
});

test('a long text is cut between words, and never inside a character as people see it', () => {
  expect(quote(`${'word '.repeat(13)}longerword`)).toBe(`${'word '.repeat(13).trim()}…`);
  expect(quote('👨‍👩‍👧'.repeat(80))).toBe(`${'👨‍👩‍👧'.repeat(70)}…`);
});

test.each(['', ' ', '\u200D', '\u00AD\u200B', '\u{E0041}'])(
  '%j: of nothing that can be seen, nothing is quoted',
  (text) => {
    expect(quote(text)).toBeNull();
    expect(generateCandidates({ text, goals: [], preferences: [] })[0]?.question).toContain('your request');
  },
);

test('a word in a script without rules stands in the question as it was written', () => {
  const letter = fc.constantFrom(
    ...'абвгдежзиклмнопрстуфхцчшщыэюя',
    ...'אבגדהוזחטיכלמנסעפצקרשת',
    ...'กขคงจฉชซญฎฏฐ',
  );
  const word = fc.string({ unit: letter, minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const text = words.join(' ').normalize('NFC');
      for (const { question } of generateCandidates({ text, goals: [], preferences: [] }).slice(0, 3)) {
        expect(question).toContain(`“${text}”`);
      }
    }),
  );
});
