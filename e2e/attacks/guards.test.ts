import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { appsForTest, askRaw } from './apps.ts';

/** What anybody may read, by app: pages and probes without data. Written down here, not read from the apps. */
const open: Record<string, RegExp> = {
  gateway: /^\w+ \/(?:livez|readyz|docs|docs\/.*)$/u,
  console: /^\w+ \/(?:|livez|readyz|metrics|api\/session|queues|users|users\/\*|training|try|assets\/\*)$/u,
};

const encode = (text: string) => `%${text.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** The forms in which a client can write a path that a router may still take for the same route. */
const forms: Record<string, (path: string) => string> = {
  plain: (path) => path,
  'a letter encoded': (path) => path.replace(/[a-z]/u, encode),
  'a letter of each segment encoded': (path) => path.replaceAll(/(?<=\/)[\w-]/gu, encode),
  'every letter encoded': (path) => path.replaceAll(/[\w-]/gu, encode),
  'encoded in upper case': (path) => path.replaceAll(/[j-z]/gu, (letter) => encode(letter).toUpperCase()),
  'encoded twice': (path) => path.replace(/[a-z]/u, (letter) => encode(letter).replace('%', '%25')),
  'slashes encoded': (path) => path.replaceAll(/(?<=.)\//gu, '%2f'),
  'doubled slash at the start': (path) => `/${path}`,
  'every slash doubled': (path) => path.replaceAll('/', '//'),
  'a slash at the end': (path) => `${path}/`,
  'through another directory': (path) => `/assets/..${path}`,
  'through itself': (path) => `/.${path}`,
  'with a parameter': (path) => `${path};x=1`,
  'with a query': (path) => `${path}?x=%2f`,
  absolute: (path) => `http://127.0.0.1${path}`,
  'absolute, of another host': (path) => `http://elsewhere.example${path}`,
  'absolute and encoded': (path) => `http://127.0.0.1${path.replace(/[a-z]/u, encode)}`,
  'in upper case': (path) => path.toUpperCase(),
  'its first letter in upper case': (path) => path.replace(/[a-z]/u, (letter) => letter.toUpperCase()),
  'with a backslash': (path) => path.replace(/(?<=.)\//u, '\\'),
};

const uuid = '00000000-0000-4000-8000-000000000000';

const fill = (route: string) => route.replaceAll(/:\w*id\b/gu, uuid).replaceAll(/:\w+|\*/gu, 'x');

async function listRoutes(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return [...new Set(lines)];
}

test('no route of any app answers without a key, in whatever form its path is written', {
  timeout: 240_000,
}, async () => {
  const apps = await appsForTest({
    NODE_OPTIONS: `--import=${path.join(import.meta.dirname, 'report-routes.ts')}`,
  });
  const gateway = await apps.start('gateway', { ROUTES_FILE: path.join(apps.directory, 'gateway') });
  await apps.createKey('admin');
  const console = await apps.start('console', {
    ROUTES_FILE: path.join(apps.directory, 'console'),
    GATEWAY_URL: gateway,
  });
  for (const [app, url] of Object.entries({ gateway, console })) {
    const routes = await listRoutes(path.join(apps.directory, app));
    expect(routes.length, app).toBeGreaterThan(20);
    const guarded = routes.filter((route) => !open[app]?.test(route));
    const answered: string[] = [];
    for (const route of guarded) {
      const [method = '', pattern = ''] = route.split(' ');
      for (const [form, write] of Object.entries(forms)) {
        const target = write(fill(pattern));
        const { status } = await askRaw(url, target, { method });
        if (status < 400 || status >= 500) answered.push(`${app} ${method} ${target} (${form}): ${status}`);
      }
    }
    expect(answered).toEqual([]);
  }
});

test('a session’s key goes to the gateway alone, whatever host the target of a request names', async () => {
  const apps = await appsForTest();
  const gateway = await apps.start('gateway');
  const { authorization } = await apps.createKey('reader', 'acme');
  const console = await apps.start('console', { GATEWAY_URL: gateway });
  const body = JSON.stringify({ key: authorization.replace('Bearer ', '') });
  const signedIn = await askRaw(console, '/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
  for (const target of [
    '/v1/session',
    'http://elsewhere.example/v1/session',
    '/%761/session',
    '//v1/session',
  ]) {
    const { status, body: answer } = await askRaw(console, target, { headers: { cookie } });
    if (target.startsWith('//')) expect(status, target).toBe(404);
    else expect([status, JSON.parse(answer)], target).toEqual([200, { tenant_id: 'acme', role: 'reader' }]);
  }
});
