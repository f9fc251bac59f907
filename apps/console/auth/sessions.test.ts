import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { Sessions } from './sessions.ts';

/** Begins a session; returns a request that comes with it. */
function begin(sessions: Sessions, tenant: string, key: string): FastifyRequest {
  let cookie = '';
  const reply = {
    request: { protocol: 'http' },
    header: (_name: string, value: string) => {
      cookie = value.split(';')[0] ?? '';
    },
  };
  sessions.begin(reply as unknown as FastifyReply, { key, tenant });
  return { headers: { cookie } } as FastifyRequest;
}

test('a tenant that signs in again and again pushes out its own oldest sessions, and nobody else’s', () => {
  const sessions = new Sessions();
  const other = begin(sessions, 'acme', 'theirs');
  const first = begin(sessions, 'globex', 'k0');
  for (let i = 1; i < 2_000; i += 1) begin(sessions, 'globex', `k${i}`);
  const last = begin(sessions, 'globex', 'last');
  expect(sessions.findKey(other)).toBe('theirs');
  expect(sessions.findKey(first)).toBeUndefined();
  expect(sessions.findKey(last)).toBe('last');
});

test('with too many sessions of many tenants, the tenant with most of them loses one', () => {
  const sessions = new Sessions();
  const few = begin(sessions, 'acme', 'theirs');
  const many = begin(sessions, 'large', 'k');
  for (let i = 0; i < 90; i += 1) begin(sessions, 'large', 'k');
  for (let i = 0; i < 950; i += 1) begin(sessions, `tenant-${i}`, 'k');
  expect(sessions.findKey(few)).toBe('theirs');
  expect(sessions.findKey(many)).toBeUndefined();
});
