import { fetchWithRetry } from 'standalone/demo/client';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type System, startSystem } from '../console/system.ts';
import { type Collector, type Span, startCollector } from './collector.ts';

let collector: Collector;
let system: System;
beforeAll(async () => {
  collector = await startCollector();
  system = await startSystem({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
}, 240_000);
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await collector?.[Symbol.asyncDispose]();
});

const Picked = Compile(Type.Object({ event_id: Type.String() }));
const effects = ['learn memory', 'learn persona', 'learn training-log'];
const asked = { user_id: 'mona', input_text: 'build api' };

/** Picks as mona, and waits until the trace of the pick has its three effects. */
async function pick(headers: Record<string, string>): Promise<Span[]> {
  const { interaction_id } = await system.client.hypothesize(asked);
  const body = JSON.stringify({ ...asked, interaction_id, hypothesis_id: 'h1' });
  const sent = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
  const answer = await fetchWithRetry(`${system.client.url}/v1/execute`, sent);
  const { event_id } = Picked.Parse(await answer.json());
  await untilOutboxEmpty(system.client);
  const spans = () => trace(event_id.replaceAll('-', ''));
  const names = () => spans().map(({ name }) => name);
  await expect.poll(names, { timeout: 10_000 }).toEqual(expect.arrayContaining(effects));
  return spans();
}

const trace = (id: string) => collector.spans.filter(({ traceId }) => traceId === id);
const named = (spans: Span[], name: string) => spans.filter((span) => span.name === name);

/** The names of the spans from this one up to the one that its trace begins with. */
function wayUp(spans: Span[], from: Span | undefined): string[] {
  if (!from) return [];
  return [
    from.name,
    ...wayUp(
      spans,
      spans.find(({ spanId }) => spanId === from.parentSpanId),
    ),
  ];
}

test('one trace leads from the request through its statements to the three effects', async () => {
  const spans = await pick({});
  expect(spans.filter(({ parentSpanId }) => !parentSpanId).map(({ name }) => name)).toEqual([
    'POST /v1/execute',
  ]);
  const ways = spans.map((span) => wayUp(spans, span).join(' < '));
  expect(ways).toContain('accept the pick < handle < POST /v1/execute');
  for (const effect of effects) {
    expect(ways).toContain(`${effect} < POST /v1/execute`);
    expect(ways).toContain(`pg commit < ${effect} < POST /v1/execute`);
  }
  expect(ways.filter((way) => /^pg .+ < handle </u.test(way)).length).toBeGreaterThan(0);
  expect(JSON.stringify(spans)).not.toMatch(/build api|mona/u);
});

test('a caller’s trace goes on with the request, which leads to the event’s trace and back', async () => {
  const theirs = { trace: 'a'.repeat(32), span: 'b'.repeat(16) };
  const spans = await pick({ traceparent: `00-${theirs.trace}-${theirs.span}-01` });
  const [request] = named(trace(theirs.trace), 'POST /v1/execute');
  const [handler] = named(trace(theirs.trace), 'handle');
  expect(request?.parentSpanId).toBe(theirs.span);
  const [accepted] = named(spans, 'accept the pick');
  expect(accepted?.parentSpanId ?? '').toBe('');
  expect(accepted?.links).toMatchObject([{ traceId: theirs.trace, spanId: handler?.spanId }]);
  expect(handler?.links).toMatchObject([{ traceId: accepted?.traceId, spanId: accepted?.spanId }]);
});
