import { isOutage } from '@learning-loop/db/errors';
import { expect, test } from 'vitest';
import { AlreadySettled, isConflict, PermanentError, RetryLater } from './errors.ts';

function coded(code: string): Error {
  return Object.assign(new Error('from a server'), { code });
}

test.each([
  ...['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '53300', '53100', '08006', '25006', '58030'],
  ...['25P03', '25P04', '55P03'],
])('%s is an outage', (code) => {
  expect(isOutage(coded(code))).toBe(true);
});

test.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])(
  '"%s" is an outage, which has no code',
  (message) => {
    expect(isOutage(new Error(message))).toBe(true);
  },
);

test.each(['23505', '22P02', '57014', '42601', 'ENOSPC', '0A000', 'ERR_INVALID_ARG_TYPE'])(
  '%s is the fault of what was asked',
  (code) => {
    expect(isOutage(coded(code))).toBe(false);
    expect(isConflict(coded(code))).toBe(false);
  },
);

test('transactions that collided, and a duplicate that won, are conflicts and no outage', () => {
  for (const error of [coded('40P01'), coded('40001'), new AlreadySettled('first')]) {
    expect(isConflict(error)).toBe(true);
    expect(isOutage(error)).toBe(false);
  }
});

test('what a handler asks for is neither', () => {
  for (const error of [new PermanentError('no'), new RetryLater(5), 'a string', undefined]) {
    expect(isOutage(error)).toBe(false);
    expect(isConflict(error)).toBe(false);
  }
});
