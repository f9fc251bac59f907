import { Writable } from 'node:stream';
import { APIError } from 'openai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, expect, test, vi } from 'vitest';
import { createBudget, type Spending, type Usage } from '../budget.ts';
import { UnusableAnswer } from './read-response.ts';
import { createResilientClient, type ModelAnswer } from './resilient-call.ts';
import { createSlots } from './slots.ts';

afterEach(() => {
  vi.useRealTimers();
});

const model = 'vllm/small';
const usage = (prompt: number, completion = 0): Usage => ({ prompt, completion });

function stage({
  spending = {},
  timeoutMs = 5_000,
}: {
  spending?: Partial<Spending>;
  timeoutMs?: number;
} = {}) {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(line, _encoding, done) {
      lines.push(JSON.parse(String(line)));
      done();
    },
  });
  const registry = new Registry();
  const opened = vi.fn();
  const client = createResilientClient(
    { model, maxQueued: 4, prices: { input: 2, output: 10 }, onOpen: opened },
    {
      log: pino({ level: 'debug', base: null, timestamp: false }, sink),
      registry,
      budget: createBudget({ tokensPerHour: 0, costPerDay: 0, ...spending }),
      slots: createSlots(2),
    },
  );
  const call = (send: () => Promise<ModelAnswer<string>>, estimate = usage(10), tenant = 'acme') =>
    client.call(tenant, { operation: 'propose', estimate, timeoutMs, isBackground: false, send });
  return { client, call, lines, opened, registry };
}

const answer = (tokens: Usage | null) => () => Promise.resolve({ value: 'fine', tokens });
const fail = () => Promise.reject(APIError.generate(500, {}, undefined, new Headers()));

async function valuesOf(registry: Registry, name: string): Promise<Record<string, number>> {
  const found = await registry.getSingleMetric(name)?.get();
  return Object.fromEntries(
    (found?.values ?? []).map(({ labels, value }) => [Object.values(labels).slice(1).join(' '), value]),
  );
}

test('an answer is counted with its tokens and its cost, per million tokens', async () => {
  const { call, registry } = stage();
  expect(await call(answer(usage(1_000, 200)))).toBe('fine');
  expect(await call(answer(usage(500, 300)))).toBe('fine');
  expect(await valuesOf(registry, 'llm_calls_total')).toEqual({ 'propose ok': 2 });
  expect(await valuesOf(registry, 'llm_tokens_total')).toEqual({
    'propose prompt': 1_500,
    'propose completion': 500,
  });
  // 1,500 tokens at 2 and 500 at 10 per million.
  expect((await valuesOf(registry, 'llm_cost_total'))['propose']).toBeCloseTo(0.008, 9);
  expect(await registry.metrics()).toContain(
    `llm_call_seconds_bucket{le="0.75",model="${model}",operation="propose"} 2`,
  );
});

test('an answer without tokens costs what was estimated, and counts none', async () => {
  const { call, registry } = stage();
  await call(answer(null), usage(1_000, 100));
  expect(await valuesOf(registry, 'llm_tokens_total')).toEqual({
    'propose prompt': 0,
    'propose completion': 0,
  });
  expect((await valuesOf(registry, 'llm_cost_total'))['propose']).toBeCloseTo(0.003, 9);
});

test('a failure is null, counted by its kind and logged without its words', async () => {
  const { call, lines, registry } = stage();
  expect(await call(() => Promise.reject(new Error('the words of ada')))).toBeNull();
  expect(await call(fail)).toBeNull();
  expect(await valuesOf(registry, 'llm_calls_total')).toEqual({
    'propose invalid': 1,
    'propose server_error': 1,
  });
  expect(await valuesOf(registry, 'llm_cost_total')).toEqual({});
  const fellBack = { level: 20, model, operation: 'propose', msg: 'llm_fell_back' };
  expect(lines).toEqual([
    { ...fellBack, outcome: 'invalid' },
    { ...fellBack, outcome: 'server_error' },
  ]);
});

test('what was not understood is counted and logged by its kind', async () => {
  const { call, lines, registry } = stage();
  expect(await call(() => Promise.reject(new UnusableAnswer('only_thoughts')))).toBeNull();
  expect(await valuesOf(registry, 'llm_unusable_answers_total')).toEqual({ 'propose only_thoughts': 1 });
  expect(lines).toMatchObject([{ msg: 'llm_fell_back', outcome: 'invalid', kind: 'only_thoughts' }]);
});

test('a tenant is charged what the server counted, the estimate where it counted nothing or failed', async () => {
  const { call } = stage({ spending: { tokensPerHour: 100 } });
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-22T10:30:00Z') });
  expect(await call(answer(usage(5)), usage(60))).toBe('fine');
  expect(await call(answer(null), usage(30))).toBe('fine');
  expect(await call(fail, usage(40))).toBeNull();
  // 5 + 30 + 40 of 100.
  expect(await call(answer(usage(0)), usage(26))).toBeNull();
  expect(await call(answer(usage(0)), usage(26), 'acme2')).toBe('fine');
  expect(await call(answer(usage(25)), usage(25))).toBe('fine');
  expect(await call(answer(usage(0)), usage(1))).toBeNull();
});

test('what was never sent costs nothing: the breaker was open, or too many waited', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: new Date('2026-11-22T10:30:00Z') });
  const { call, registry } = stage({ spending: { tokensPerHour: 100 } });
  for (let n = 0; n < 5; n += 1) await call(() => Promise.reject(new Error('garbage')), usage(2));
  for (let n = 0; n < 20; n += 1) expect(await call(answer(null), usage(90))).toBeNull();
  expect(await valuesOf(registry, 'llm_calls_total')).toEqual({
    'propose invalid': 5,
    'propose breaker_open': 20,
  });
  vi.advanceTimersByTime(1_000);
  expect(await call(answer(null), usage(90))).toBe('fine');
  expect(await call(answer(null), usage(1))).toBeNull();
  expect(await valuesOf(registry, 'llm_calls_total')).toMatchObject({ 'propose over_budget': 1 });
});

test('the breaker is said to open, once, and to close; each opening is told; the gauge counts states', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { client, call, lines, opened, registry } = stage();
  const breakers = () => valuesOf(registry, 'llm_breakers');
  const said = () => lines.filter(({ msg }) => String(msg).startsWith('llm_breaker'));
  expect(await breakers()).toEqual({ closed: 1 });
  for (let n = 0; n < 5; n += 1) await call(() => Promise.reject(new Error('garbage')));
  expect(await breakers()).toEqual({ closed: 0, open: 1 });
  expect(said()).toEqual([{ level: 40, model, reason: 'invalid', msg: 'llm_breaker_opened' }]);
  expect(opened).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1_000);
  const probe = Promise.withResolvers<ModelAnswer<string>>();
  const probing = call(() => probe.promise);
  expect(await breakers()).toEqual({ closed: 0, open: 0, half_open: 1 });
  probe.reject(new Error('garbage'));
  expect(await probing).toBeNull();
  expect(said()).toHaveLength(1);
  expect(opened).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(2_000);
  expect(await call(answer(null))).toBe('fine');
  expect(said().slice(1)).toEqual([{ level: 30, model, msg: 'llm_breaker_closed' }]);
  expect(opened).toHaveBeenCalledTimes(2);
  expect(await breakers()).toEqual({ closed: 1, open: 0, half_open: 0 });
  client[Symbol.dispose]();
  expect(await breakers()).toEqual({ closed: 0, open: 0, half_open: 0 });
  expect(await call(answer(null))).toBeNull();
  expect(await valuesOf(registry, 'llm_calls_total')).toMatchObject({ 'propose closed': 1 });
});

test('two clients count in one registry, and one that tells nobody of its openings goes on', async () => {
  const { client, registry } = stage();
  const log = pino({ level: 'silent' });
  const budget = createBudget({ tokensPerHour: 0, costPerDay: 0 });
  const limits = { model, maxQueued: 2, prices: { input: 0, output: 0 } };
  using other = createResilientClient(limits, { log, registry, budget, slots: createSlots(1) });
  expect(await valuesOf(registry, 'llm_breakers')).toEqual({ closed: 2 });
  const refused = () => Promise.reject(APIError.generate(401, {}, undefined, new Headers()));
  for (let n = 0; n < 6; n += 1)
    await other.call('acme', {
      ...{ operation: 'propose', estimate: usage(1), timeoutMs: 5_000, isBackground: false },
      send: refused,
    });
  expect(await valuesOf(registry, 'llm_calls_total')).toEqual({
    'propose refused': 5,
    'propose breaker_open': 1,
  });
  expect(await valuesOf(registry, 'llm_breakers')).toEqual({ closed: 1, open: 1 });
  client[Symbol.dispose]();
  expect(await valuesOf(registry, 'llm_breakers')).toEqual({ closed: 0, open: 1 });
});
