import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCaller } from '../callers.ts';
import { describeRoutes } from '../openapi-routes.ts';
import { gatewayForTest } from '../test-gateway.ts';
import { createCapturingLog, findDisclosure, findLeaks } from './assertions.ts';
import { generateRequests } from './generators.ts';
import { brokenBodies, naughtyStrings } from './payloads.ts';

type Gateway = Awaited<ReturnType<typeof gatewayForTest>>;
interface Answer {
  statusCode: number;
  body: string;
}

/** HOSTILE_REQUESTS=20000 is the long form. */
const requests = Number(process.env['HOSTILE_REQUESTS'] ?? 2_000);

/** `sent` holds at least what an error may quote. */
function expectDecent({ statusCode, body }: Answer, sent: string): void {
  const shown = `${sent.slice(0, 300)} → ${body.slice(0, 300)}`;
  expect(statusCode, shown).toBeLessThan(500);
  if (statusCode >= 400 && body) {
    expect(JSON.parse(body), shown).toMatchObject({
      error: { code: expect.any(String), message: expect.any(String) },
    });
    expect(findDisclosure(body, sent), shown).toBeUndefined();
  }
}

async function expectHealthy({ server }: Gateway): Promise<void> {
  expect((await server.inject('/readyz')).statusCode).toBe(200);
  const body = { user_id: 'healthy', input_text: 'build api' };
  const answer = await server.inject({ method: 'POST', url: '/v1/hypothesize', body });
  expect(answer.json().hypotheses).toHaveLength(3);
}

/** Nothing may be stored that a request could not have said. */
async function expectCleanStore({ db }: Gateway): Promise<void> {
  const rows = await db.selectFrom('interactions').selectAll().execute();
  for (const { user_id, input_text, tenant_id } of rows) {
    expect(tenant_id).toBe('default');
    expect(user_id.trim()).toBe(user_id);
    expect(input_text.length <= 8_000 && input_text.trim() !== '').toBe(true);
  }
  expect(await findLeaks(db)).toEqual([]);
}

test(`${requests} generated requests find no 5xx, no leak, and nothing stored that was not valid`, async () => {
  await using gateway = await gatewayForTest();
  const routes = (await describeRoutes(gateway.server)).filter(({ name }) => name !== 'GET /readyz');
  const statuses = new Map<number, number>();
  const forged = fc.constantFrom(...routes).chain(generateRequests);
  const send = fc.asyncProperty(forged, async ({ payload, ...request }) => {
    const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await gateway.server.inject({
      ...request,
      headers,
      ...(payload !== undefined && { payload }),
    });
    statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
    expectDecent(answer, `${request.method} ${request.url} ${payload}`);
  });
  await fc.assert(send, { numRuns: requests });
  process.stdout.write(`hostile requests by status: ${JSON.stringify([...statuses].toSorted())}\n`);
  // A find that is repeated is one request.
  const isWholeRun = process.env['FUZZ_PATH'] === undefined;
  if (isWholeRun) expect(statuses.get(200), 'some requests got all the way').toBeGreaterThan(0);
  await expectCleanStore(gateway);
  await expectHealthy(gateway);
}, 600_000);

test('every nasty string in every place that takes text, and none forges a line of the log', async () => {
  const { log, lines } = createCapturingLog();
  await using gateway = await gatewayForTest({}, { log });
  for (const text of naughtyStrings) {
    const id = encodeURIComponent(text.toWellFormed());
    const bodies = [
      { user_id: text, input_text: 'build api' },
      { user_id: 'ada', input_text: text },
      { user_id: 'ada', input_text: 'x', candidates: [text, 'build a house'] },
      { user_id: 'ada', input_text: 'x', media_type: text },
    ];
    for (const body of bodies)
      expectDecent(
        await gateway.server.inject({ method: 'POST', url: '/v1/hypothesize', body }),
        JSON.stringify(body),
      );
    for (const url of [
      `/v1/users/${id}/persona`,
      `/v1/users/ada/memories?query=${id}`,
      `/v1/interactions/${id}`,
    ])
      expectDecent(await gateway.server.inject(url), url);
    const headers = { 'x-request-id': text.replaceAll(/[^\x20-\x7e]/gu, ''), 'user-agent': 'x' };
    expectDecent(await gateway.server.inject({ url: '/v1/users/ada/persona', headers }), 'headers');
  }
  const told = await tellReasons(gateway);
  const written = lines().map((line) => JSON.parse(line));
  expect(written.map(({ msg }) => msg)).toEqual(told.map(() => 'model_changed'));
  expect(written.map(({ reason }) => reason)).toEqual(told);
  await expectCleanStore(gateway);
  await expectHealthy(gateway);
});

/** Changes a model for each of these reasons, which the log tells; returns those that were accepted. */
async function tellReasons({ server }: Gateway): Promise<string[]> {
  const ask = async (url: string, body: object) => await server.inject({ method: 'POST', url, body });
  await ask('/v1/models', { model_id: 'told', kind: 'ranker', weights: { prior: 1 } });
  const told: string[] = [];
  for (const reason of naughtyStrings) {
    const answer = await ask(`/v1/models/told/${told.length % 2 ? 'rollback' : 'promote'}`, { reason });
    expectDecent(answer, reason);
    if (answer.statusCode === 200) told.push(reason);
  }
  expect(told).toContain('\n{"level":"fatal","msg":"forged"}');
  return told;
}

test('broken bodies and wrong content types are refused', async () => {
  await using gateway = await gatewayForTest();
  const types = [
    'application/json',
    'text/plain',
    'application/xml',
    'multipart/form-data',
    'application/json; charset=utf-16',
    '',
  ];
  for (const [index, payload] of brokenBodies.entries()) {
    for (const type of types) {
      const headers = type ? { 'content-type': type } : {};
      const answer = await gateway.server.inject({
        method: 'POST',
        url: '/v1/hypothesize',
        headers,
        payload,
      });
      expectDecent(answer, `body ${index} as ${type}`);
      expect(
        answer.statusCode,
        `body ${index} as ${type}: ${answer.body.slice(0, 200)}`,
      ).toBeGreaterThanOrEqual(400);
    }
  }
  for (const { name, method, path, body } of await describeRoutes(gateway.server)) {
    if (!body) continue;
    const url = path.replaceAll(/\{\w+\}/gu, '01a00000-0000-7000-8000-000000000001');
    for (const [index, payload] of brokenBodies.entries()) {
      const headers = { 'content-type': 'application/json' };
      const answer = await gateway.server.inject({ method, url, headers, payload });
      expectDecent(answer, `body ${index} to ${name}`);
    }
  }
  expect(Reflect.get({}, 'admin')).toBeUndefined();
  await expectHealthy(gateway);
});

test('half-sent, slow and malformed requests on the wire hold nothing up', async () => {
  await using gateway = await gatewayForTest();
  const address = await gateway.server.listen({ port: 0, host: '127.0.0.1' });
  const port = Number(new URL(address).port);
  const starts = [
    'GET',
    'POST /v1/hypothesize HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"us',
    'POST /v1/hypothesize HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\n',
    'POST /v1/execute HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    `GET /livez HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`,
    'GET /v1/users/..%2f..%2f/persona HTTP/1.1\r\nhost: localhost\r\n\r\n',
    'GET /%zz HTTP/1.1\r\nhost: localhost\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    '\0'.repeat(1_000),
  ];
  await using sent = new AsyncDisposableStack();
  const sockets = starts.flatMap((start) =>
    Array.from({ length: 20 }, () =>
      connect(port, '127.0.0.1')
        .on('error', () => {})
        .on('connect', function (this: { write(text: string): void }) {
          this.write(start);
        }),
    ),
  );
  for (const socket of sockets) sent.defer(() => void socket.destroy());
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  await expectHealthy(gateway);
  const answer = await fetch(`${address}/livez`);
  expect(answer.status).toBe(200);
});

test('an error echoes at most 200 characters of what was sent, and an echo is no disclosure', async () => {
  await using gateway = await gatewayForTest();
  const sent = 'select pg_sleep from '.repeat(400);
  const url = encodeURIComponent(sent);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ user_id: 'ada', input_text: 'build api', [sent]: 1 });
  const requests = [
    { method: 'GET', url: `/${url}` },
    { method: 'GET', url: `/%zz${url}` },
    { method: 'GET', url: `/v1/users/${url}/persona` },
    { method: 'GET', url: `/v1/users/ada/memories?${url}=1` },
    { method: 'GET', url: '/v1/users/ada/persona', headers: { host: `${'pg-'.repeat(300)}.example.org` } },
    { method: 'POST', url: '/v1/hypothesize', headers, payload: body },
    { method: 'POST', url: '/v1/hypothesize', headers, payload: `{"${sent}":1,"${sent}":2}` },
    {
      method: 'POST',
      url: '/v1/hypothesize',
      headers: { 'content-type': `text/${'x'.repeat(400)}` },
      payload: 'x',
    },
  ] as const;
  for (const request of requests) {
    const answer = await gateway.server.inject(request);
    const { error } = answer.json();
    expect(answer.statusCode, error.message).toBeLessThan(500);
    expect(answer.statusCode, error.message).toBeGreaterThanOrEqual(400);
    // Our own words besides.
    expect(error.message.length, error.message).toBeLessThan(300);
    expect(error.field?.length ?? 0, error.field).toBeLessThanOrEqual(200);
    expectDecent(answer, `${request.url} ${'payload' in request ? request.payload : ''}`);
  }
  expect(findDisclosure('{"error":{"message":"pg_authid"}}', sent)).toBe('pg_authid');
});

test('a body above 256 KB is refused, one just below is read', async () => {
  await using gateway = await gatewayForTest();
  const send = (bytes: number) => {
    const [head, tail] = ['{"user_id":"ada","input_text":"', '"}'];
    const payload = head + 'x'.repeat(bytes - head.length - tail.length) + tail;
    const headers = { 'content-type': 'application/json' };
    return gateway.server.inject({ method: 'POST', url: '/v1/hypothesize', headers, payload });
  };
  const [below, above] = [await send(256 * 1024), await send(256 * 1024 + 1)];
  expect(below.json()).toMatchObject({ error: { code: 'invalid_request', field: 'input_text' } });
  expect(above.statusCode).toBe(413);
  expect(above.json()).toMatchObject({ error: { code: 'body_too_large' } });
});

test('a request that does not come to its end is ended', async () => {
  await using gateway = await gatewayForTest();
  const { server } = gateway.server;
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000, maxConnections: 10_000, timeout: 60_000 };
  expect(server).toMatchObject(limits);
  Object.assign(server, { headersTimeout: 200, requestTimeout: 400 });
  const port = Number(new URL(await gateway.server.listen({ port: 0, host: '127.0.0.1' })).port);
  const starts = [
    'GET /livez HTTP/1.1\r\nhost: loc',
    'POST /v1/hypothesize HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
  ];
  for (const start of starts) {
    const socket = connect(port, '127.0.0.1').on('connect', () => socket.write(start));
    expect(await text(socket), start).toMatch(/^HTTP\/1\.1 408 /u);
  }
  await expectHealthy(gateway);
});

test('with keys the same strings open nothing', async () => {
  await using gateway = await gatewayForTest();
  await createCaller(gateway.db, 'admin');
  for (const text of naughtyStrings) {
    const authorization = `Bearer ${text.replaceAll(/[^\x20-\x7e]/gu, '')}`;
    const answer = await gateway.server.inject({ url: '/v1/users/ada/persona', headers: { authorization } });
    expect(answer.statusCode, text).toBe(401);
    expectDecent(answer, text);
  }
});
