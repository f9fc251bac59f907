import { expect, test } from 'vitest';
import { isTenant, isText, isUserId } from './text-rules.ts';

test.each(['a', ' a ', 'two\nlines\tand tabs', '日本', '\u00a0x'])('%j is a text', (value) => {
  expect(isText(value)).toBe(true);
});

test.each(['', ' \n\t', 'a\u0000', 'a\u0008', 'a\u000b', 'a\u001f', 'a\u007f', 'a\u009f', 'a\ud800'])(
  '%j is no text',
  (value) => {
    expect(isText(value)).toBe(false);
  },
);

test.each(['ada', 'a b', 'ada@example.com', '...', '.ada', '%2f', 'a/b', '日本'])(
  '%j is a user id',
  (value) => {
    expect(isUserId(value)).toBe(true);
  },
);

test.each([' ada', 'ada ', 'a\tb', 'a\nb', 'a\rb', 'a\u0000', 'a\ud800', '.', '..', '%2e', '%2E.', '.%2e'])(
  '%j is no user id: clients of URLs change it, or it cannot be stored',
  (value) => {
    expect(isUserId(value)).toBe(false);
  },
);

test.each(['a', '0', 'acme-2_x', 'a'.repeat(63)])('%j is a tenant', (value) => {
  expect(isTenant(value)).toBe(true);
});

test.each(['', '-a', '_a', 'Acme', 'a.b', 'a b', 'a'.repeat(64), 'a\n', 'ä'])('%j is no tenant', (value) => {
  expect(isTenant(value)).toBe(false);
});
