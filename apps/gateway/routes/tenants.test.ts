import { afterAll, expect, test } from 'vitest';
import { keysCommand } from '../auth/keys-cli.ts';
import { roles, routeAccess } from '../auth/roles.ts';
import { createCaller, makeSelection } from '../testing/callers.ts';
import { type DescribedRoute, describeRoutes } from '../testing/openapi-routes.ts';
import { permissions } from '../testing/permissions.ts';
import { gatewayForTest } from '../testing/test-gateway.ts';

type Gateway = Awaited<ReturnType<typeof gatewayForTest>>;
type Headers = Record<string, string>;

/** What the victim's tenant has, by the name under which routes ask for it. */
interface Loot {
  user_id: string;
  interaction_id: string;
  memory_id: string;
  erasure_id: string;
  build_id: string;
  dead_letter_id: string;
  model_id: string;
}

const secret = 'kanarienvogel';
const victim = `ada-${secret}`;

/** What a foreigner is answered. The victim's users are users of every tenant: with nothing known of them. */
type Expected = 'nothing there' | 'empty' | 'own';
const foreigner: Record<string, { expected: Expected; body?: (loot: Loot) => object }> = {
  'POST /v1/hypothesize': { expected: 'own', body: ({ user_id }) => ({ user_id, input_text: 'build api' }) },
  'POST /v1/execute': {
    expected: 'nothing there',
    body: ({ user_id, interaction_id }) => ({
      ...{ user_id, interaction_id, input_text: secret, hypothesis_id: 'h1' },
    }),
  },
  'POST /v1/feedback': {
    expected: 'nothing there',
    body: ({ user_id, interaction_id }) => ({ user_id, interaction_id, type: 'thumbs_up' }),
  },
  'PUT /v1/users/:user_id/settings': { expected: 'own', body: () => ({ training_opt_out: true }) },
  'GET /v1/interactions/:interaction_id': { expected: 'nothing there' },
  'GET /v1/users/:user_id/persona': { expected: 'empty' },
  'GET /v1/users/:user_id/memories': { expected: 'empty' },
  'GET /v1/users/:user_id/export': { expected: 'empty' },
  'PATCH /v1/users/:user_id/memories/:memory_id': {
    expected: 'nothing there',
    body: () => ({ content: 'overwritten' }),
  },
  'DELETE /v1/users/:user_id/memories/:memory_id': { expected: 'nothing there' },
  'DELETE /v1/users/:user_id': { expected: 'own' },
  'GET /v1/erasures/:erasure_id': { expected: 'nothing there' },
  'GET /v1/session': { expected: 'own' },
  'GET /v1/training/stats': { expected: 'empty' },
  'GET /v1/training/datasets': { expected: 'empty' },
  'POST /v1/training/datasets': { expected: 'own' },
  'GET /v1/models': { expected: 'empty' },
  'POST /v1/models': { expected: 'own', body: () => ({ kind: 'ranker', weights: { prior: 1 } }) },
  'POST /v1/models/:model_id/promote': { expected: 'nothing there', body: () => ({}) },
  'POST /v1/models/:model_id/rollback': { expected: 'nothing there', body: () => ({}) },
  'GET /v1/experiments': { expected: 'empty' },
  'POST /v1/experiments': {
    expected: 'nothing there',
    body: ({ model_id }) => ({
      variants: [
        { model_id: 'shipped', weight: 0.5 },
        { model_id, weight: 0.5 },
      ],
    }),
  },
  'GET /v1/metrics/learning': { expected: 'empty' },
  'GET /v1/dead-letters': { expected: 'empty' },
  'POST /v1/dead-letters/:dead_letter_id/replay': { expected: 'nothing there' },
  'POST /v1/dead-letters/replay': { expected: 'empty', body: () => ({}) },
};

const isPublic = ({ name, method }: DescribedRoute) =>
  routeAccess(method, name.slice(method.length + 1)) === 'public' || name === 'GET /metrics';

function ask({ server }: Gateway, route: DescribedRoute, headers: Headers, loot: Loot) {
  const found = new Map<string, string>(Object.entries(loot));
  const url = route.path.replaceAll(/\{([^}]+)\}/gu, (_, name: string) =>
    encodeURIComponent(found.get(name) ?? 'x'),
  );
  const body = foreigner[route.name]?.body?.(loot);
  return server.inject({ method: route.method, url, headers, ...(body && { body }) });
}

/** A tenant with one of everything. */
async function plant(gateway: Gateway): Promise<Loot> {
  const headers = await createCaller(gateway.db, 'admin', 'victim');
  const { interaction_id } = await makeSelection(gateway.server, headers, {
    user_id: victim,
    input_text: secret,
  });
  const memory_id = '01a00000-0000-7000-8000-000000000001';
  const [tenant_id, user_id] = ['victim', victim];
  const now = new Date();
  const memory = {
    type: 'goal' as const,
    content_key: secret,
    content: secret,
    confidence: 1,
    tags: [],
    slot: null,
  };
  await gateway.db
    .insertInto('memories')
    .values({ tenant_id, user_id, memory_id, ...memory, first_seen: now, last_seen: now })
    .execute();
  const letter = {
    event: 'hypothesis.selected' as const,
    consumer: 'memory' as const,
    error: secret,
    attempts: 1,
  };
  const dead = await gateway.db
    .insertInto('dead_letters')
    .values({ tenant_id, user_id, event_id: memory_id, payload: JSON.stringify({ secret }), ...letter })
    .returning('dead_letter_id')
    .executeTakeFirstOrThrow();
  const model_id = 'model-of-the-victim';
  const model = { kind: 'ranker' as const, status: 'candidate' as const, metrics: '{}', reason: secret };
  await gateway.db
    .insertInto('models')
    .values({ tenant_id, model_id, ...model, artifact: '{}', dataset_version: null, parent_id: null })
    .execute();
  const build = await gateway.server.inject({ method: 'POST', url: '/v1/training/datasets', headers });
  const erasure = await gateway.server.inject({ method: 'DELETE', url: '/v1/users/somebody', headers });
  const { build_id } = build.json<{ build_id: string }>();
  const { erasure_id } = erasure.json<{ erasure_id: string }>();
  return { user_id, interaction_id, memory_id, erasure_id, build_id, model_id, ...dead };
}

/** Who was answered what, for people to read. */
const matrix = new Map<string, Map<string, number>>();

function note(route: string, who: string, status: number): void {
  matrix.set(route, (matrix.get(route) ?? new Map<string, number>()).set(who, status));
}

afterAll(() => {
  const callers = ['other tenant', 'app', 'reader', 'no key', 'revoked'];
  const row = (route: string, cells: string[]) =>
    `${route.padEnd(48)}${cells.map((c) => c.padEnd(14)).join('')}`;
  const rows = [...matrix].map(([route, by]) =>
    row(
      route,
      callers.map((who) => String(by.get(who) ?? 'allowed')),
    ),
  );
  process.stdout.write(`${[row('', callers), ...rows].map((line) => line.trimEnd()).join('\n')}\n`);
});

/** All that the victim's tenant has in the database. */
async function stateOf({ db }: Gateway): Promise<string> {
  const tables = [
    'interactions',
    'selections',
    'memories',
    'outbox',
    'dead_letters',
    'erasures',
    'models',
  ] as const;
  const rows = tables.map((table) =>
    db.selectFrom(table).selectAll().where('tenant_id', '=', 'victim').execute(),
  );
  return JSON.stringify(await Promise.all(rows));
}

test('every route has a role, and every role a route', async () => {
  await using gateway = await gatewayForTest();
  const names = (await describeRoutes(gateway.server)).map(({ name }) => name);
  expect(names.toSorted()).toEqual(Object.keys(roles).toSorted());
});

test('each route answers the roles to which it is promised, and no other', async () => {
  await using gateway = await gatewayForTest();
  const loot = await plant(gateway);
  const keys: [string, Headers][] = [['no key', {}]];
  for (const role of ['app', 'reader', 'admin'] as const)
    keys.push([role, await createCaller(gateway.db, role, 'victim')]);
  const answered: Record<string, string[]> = {};
  for (const route of await describeRoutes(gateway.server)) {
    const methods = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
    for (const method of methods as DescribedRoute['method'][]) {
      const name = `${method}${route.name.slice(route.method.length)}`;
      answered[name] = [];
      for (const [who, headers] of keys) {
        const { statusCode } = await ask(gateway, { ...route, method }, headers, loot);
        if (![401, 403].includes(statusCode)) answered[name].push(who);
      }
    }
  }
  const heads = Object.entries(permissions).flatMap(([name, who]) =>
    name.startsWith('GET ') ? [[name.replace('GET', 'HEAD'), who] as const] : [],
  );
  expect(answered).toEqual({ ...permissions, ...Object.fromEntries(heads) });
});

test('every route is tried on another tenant', async () => {
  await using gateway = await gatewayForTest();
  const routes = (await describeRoutes(gateway.server)).filter((route) => !isPublic(route));
  expect(Object.keys(foreigner).toSorted()).toEqual(routes.map(({ name }) => name).toSorted());
});

test('an admin of another tenant finds nothing and changes nothing', async () => {
  await using gateway = await gatewayForTest();
  const loot = await plant(gateway);
  const before = await stateOf(gateway);
  const headers = await createCaller(gateway.db, 'admin', 'foreign');
  for (const route of (await describeRoutes(gateway.server)).filter((one) => !isPublic(one))) {
    const { expected } = foreigner[route.name] ?? {};
    const answer = await ask(gateway, route, headers, loot);
    note(route.name, 'other tenant', answer.statusCode);
    if (expected === 'nothing there') expect([403, 404], route.name).toContain(answer.statusCode);
    else expect(answer.statusCode, `${route.name}: ${answer.body}`).toBeLessThan(300);
    const told = answer.body.replaceAll(victim, '').replaceAll(loot.interaction_id, '');
    expect(told, route.name).not.toContain(secret);
  }
  expect(await stateOf(gateway)).toBe(before);
});

test('a key without the role is refused, and changes nothing', async () => {
  await using gateway = await gatewayForTest();
  const loot = await plant(gateway);
  const before = await stateOf(gateway);
  async function expectRefused(route: DescribedRoute, who: string, headers: Headers, status: number) {
    const { statusCode } = await ask(gateway, route, headers, loot);
    note(route.name, who, statusCode);
    expect(statusCode, `${who}: ${route.name}`).toBe(status);
  }
  for (const role of ['app', 'reader'] as const) {
    const headers = await createCaller(gateway.db, role, 'victim');
    for (const route of (await describeRoutes(gateway.server)).filter((one) => !isPublic(one))) {
      if (permissions[route.name]?.includes(role)) continue;
      await expectRefused(route, role, headers, 403);
    }
  }
  for (const route of (await describeRoutes(gateway.server)).filter((one) => !isPublic(one)))
    await expectRefused(route, 'no key', {}, 401);
  const revoked = await createCaller(gateway.db, 'admin', 'victim');
  await keysCommand(gateway.db, ['revoke', revoked.authorization.slice('Bearer '.length)]);
  for (const route of (await describeRoutes(gateway.server)).filter((one) => !isPublic(one)))
    await expectRefused(route, 'revoked', revoked, 401);
  expect(await stateOf(gateway)).toBe(before);
});
