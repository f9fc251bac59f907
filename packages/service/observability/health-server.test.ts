import { Counter } from 'prom-client';
import { expect, it, onTestFinished } from 'vitest';
import { createHealthServer } from './health-server.ts';
import { ServiceMetrics } from './metrics.ts';

it('answers probes by what the service says, and is not ready once the shutdown has begun', async () => {
  let missing: string[] = [];
  const shutdown = new AbortController();
  const health = await serve(async () => missing, shutdown.signal);
  expect(await get(health.url, '/livez')).toEqual([200, '{"status":"ok"}']);
  expect(await get(health.url, '/readyz')).toEqual([200, '{"ready":true,"missing":[]}']);
  missing = ['postgres'];
  expect(await get(health.url, '/readyz')).toEqual([503, '{"ready":false,"missing":["postgres"]}']);
  missing = [];
  shutdown.abort();
  expect(await get(health.url, '/readyz')).toEqual([503, '{"ready":false,"missing":["shutting down"]}']);
  expect((await get(health.url, '/other'))[0]).toBe(404);
});

it('is ready while something is wrong that it works without, and says what', async () => {
  const options = { host: '127.0.0.1', port: 0, ready: async () => [] };
  const notices = ['The queue is full.'];
  await using told = await createHealthServer(service(), { ...options, notices: async () => notices });
  expect(await get(told.url, '/readyz')).toEqual([
    200,
    '{"ready":true,"missing":[],"notices":["The queue is full."]}',
  ]);
  notices.pop();
  expect(await get(told.url, '/readyz')).toEqual([200, '{"ready":true,"missing":[]}']);
  const failing = { ...options, notices: () => Promise.reject(new Error('no queue')) };
  await using untold = await createHealthServer(service(), failing);
  expect(await get(untold.url, '/readyz')).toEqual([200, '{"ready":true,"missing":[]}']);
});

it('is not ready, in time, when what it asks fails or hangs', async () => {
  const failing = await serve(() => Promise.reject(new Error('no route')));
  expect(await get(failing.url, '/readyz')).toEqual([503, '{"ready":false,"missing":["Error: no route"]}']);
  const hanging = await serve(() => new Promise(() => {}));
  expect(await get(hanging.url, '/readyz')).toEqual([
    503,
    '{"ready":false,"missing":["an answer within 2 s"]}',
  ]);
});

it('serves the metrics of every service of the process, told apart by a label', async () => {
  const metrics = new ServiceMetrics();
  const [one, two] = [metrics.child('one'), metrics.child('two')];
  for (const [registers, count] of [
    [[one], 1],
    [[two], 2],
  ] as const) {
    new Counter({ name: 'events_total', help: 'Events.', registers: [...registers] }).inc(count);
  }
  const [, text] = await get((await serve(async () => [], undefined, one)).url, '/metrics');
  expect(text).toContain('events_total{service="one"} 1\nevents_total{service="two"} 2');
  expect(text.match(/# TYPE events_total/g)).toHaveLength(1);
});

it('names a port that is taken', async () => {
  const { url } = await serve(async () => []);
  const { port } = new URL(url);
  const second = createHealthServer(service(), {
    host: '127.0.0.1',
    port: Number(port),
    ready: async () => [],
  });
  await expect(second).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is taken; stop what listens there or choose another port.`,
  );
});

function service(signal = new AbortController().signal, metrics = new ServiceMetrics()) {
  return { signal, metrics };
}

async function serve(ready: () => Promise<string[]>, ...parts: Parameters<typeof service>) {
  const health = await createHealthServer(service(...parts), { host: '127.0.0.1', port: 0, ready });
  onTestFinished(() => health[Symbol.asyncDispose]());
  return health;
}

async function get(url: string, path: string): Promise<[number, string]> {
  const response = await fetch(url + path);
  return [response.status, await response.text()];
}

it('gives metrics to whoever has their key, if there is one', async () => {
  const service = { metrics: new ServiceMetrics(), signal: new AbortController().signal };
  const options = { host: '127.0.0.1', port: 0, ready: async () => [], metricsKey: 'geheim' };
  await using health = await createHealthServer(service, options);
  const status = async (path: string, headers = {}) => (await fetch(health.url + path, { headers })).status;
  expect(await status('/metrics')).toBe(401);
  for (const authorization of ['Bearer', 'Bearer geheim1', 'geheim', 'bearer Geheim'])
    expect(await status('/metrics', { authorization }), authorization).toBe(401);
  expect(await status('/metrics', { authorization: 'Bearer geheim' })).toBe(200);
  expect(await status('/readyz')).toBe(200);
});
