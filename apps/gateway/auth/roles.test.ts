import { expect, test } from 'vitest';
import { everybody, permissions } from '../testing/permissions.ts';
import { type Access, roles, routeAccess } from './roles.ts';

const callersOf: Record<Access, string[]> = {
  public: everybody,
  app: ['app', 'admin'],
  reader: ['reader', 'admin'],
  admin: ['admin'],
};

test.each(Object.entries(permissions))('%s is for %j', (route, callers) => {
  const [method = '', url = ''] = route.split(' ');
  expect(callersOf[routeAccess(method, url)]).toEqual(callers);
  if (method === 'GET') expect(routeAccess('HEAD', url)).toBe(routeAccess('GET', url));
});

test.each([
  ['GET', '/docs', 'public'],
  ['GET', '/docs/json', 'public'],
  ['GET', '/docsx', 'admin'],
  ['GET', '/v1/docs/', 'admin'],
  ['DELETE', '/v1/models', 'admin'],
  ['GET', '', 'admin'],
])('%s %s, which is in no table, is for %s', (method, url, access) => {
  expect(routeAccess(method, url)).toBe(access);
});

test('a route has one role, whatever its name begins with', () => {
  expect(Object.keys(roles).toSorted()).toEqual(Object.keys(permissions).toSorted());
});
