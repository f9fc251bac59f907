import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { serializeError } from './log.ts';

const secret = 'hunter2';

function logLine(err: unknown): string {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  pino({ serializers: { err: serializeError } }, stream).error({ err }, 'failed');
  return lines.join('');
}

const ofPostgres = Object.assign(new Error('duplicate key value violates unique constraint "users"'), {
  code: '23505',
  constraint: 'users',
  detail: `Key (user_id)=(${secret}) already exists.`,
  where: `COPY users, line 1: "${secret}"`,
});
const ofRedis = Object.assign(new Error('WRONGPASS invalid username-password pair'), {
  command: { name: 'auth', args: [secret] },
});
const ofUrl = Object.assign(new TypeError('Invalid URL'), { input: `postgres://me:${secret}@db/x` });

it.each([
  ['Postgres', ofPostgres, 'violates unique constraint'],
  ['Redis', ofRedis, 'WRONGPASS'],
  ['a URL', ofUrl, 'Invalid URL'],
  ['a cause', new Error('outer', { cause: ofPostgres }), 'outer: duplicate key'],
  ['several', new AggregateError([ofRedis, ofUrl], 'all failed'), 'WRONGPASS'],
])('an error of %s is logged without what it quotes', (_what, error, message) => {
  const line = logLine(error);
  expect(line).toContain(message);
  expect(line).toContain('log.test.ts');
  expect(line).not.toContain(secret);
});

it('keeps names and codes', () => {
  expect(serializeError(ofPostgres)).toMatchObject({ type: 'Error', code: '23505', constraint: 'users' });
  expect(serializeError('no error at all')).toBe('no error at all');
});
