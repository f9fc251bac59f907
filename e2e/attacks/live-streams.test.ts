import { keysCommand } from 'gateway/auth/keys-cli';
import { expect, test } from 'vitest';
import { appsForTest, askRaw } from './apps.ts';

async function stage() {
  const apps = await appsForTest();
  const gateway = await apps.start('gateway');
  const { authorization } = await apps.createKey('reader');
  const key = authorization.replace('Bearer ', '');
  const console = await apps.start('console', { GATEWAY_URL: gateway });
  const headers = { 'content-type': 'application/json' };
  const signedIn = await askRaw(console, '/api/session', {
    method: 'POST',
    headers,
    body: JSON.stringify({ key }),
  });
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
  return { db: apps.db, key, console, cookie };
}

/** Resolves when the server ends the stream. */
async function readToEnd(url: string, cookie: string): Promise<string> {
  const response = await fetch(url, { headers: { cookie } });
  expect(response.status).toBe(200);
  return await response.text();
}

test.each(['overview', 'queues'])('the live %s ends with its key', async (name) => {
  const { db, key, console, cookie } = await stage();
  const stream = readToEnd(`${console}/api/live/${name}`, cookie);
  await keysCommand(db, ['revoke', key]);
  expect(await stream).toContain('data: ');
});

test('a live stream ends when its session is ended', async () => {
  const { console, cookie } = await stage();
  const stream = readToEnd(`${console}/api/live/queues`, cookie);
  await askRaw(console, '/api/session', { method: 'DELETE', headers: { cookie } });
  expect(await stream).toMatch(/^(?:data: .*\n\n)*$/u);
});
