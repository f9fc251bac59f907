import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ensureInstalled } from '@learning-loop/testing/ensure-installed';
import { fetchWithRetry } from 'standalone/demo/client';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { letUsersSelect, type System, startSystem } from '../console/system.ts';
import { loggedEventNames } from './log-events.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import { dashboardQueries, infra, type Query, ruleQueries, seriesOf } from './queries.ts';

// A model that nobody serves: its calls fail, and are counted.
const model = {
  SLM_IMPL: 'openai',
  OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
  OPENAI_API_KEY: 'none',
  OPENAI_MODEL_NAME: 'absent',
};

let system: System;
let prometheus: Prometheus;
beforeAll(async () => {
  system = await startSystem(model);
  prometheus = await startPrometheus(new URL(system.client.url).host);
}, 240_000);
afterAll(async () => {
  await prometheus?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
});

/** Empty while all is well, or until much more has happened: that the series are declared must do. */
const quiet =
  /auto_advanced="true"|outcome!="learned"|swept|llm_tokens|llm_cost|llm_unusable|learning_loop_models|dataset_built|outcome="later"|refused|bullmq_job_(?:completed|failed)/u;

test('every query reads series that a running system exports, and finds some', async () => {
  const asked = await dashboardQueries('20s');
  const rules = await ruleQueries();
  await expect
    .poll(
      async () => {
        await letUsersSelect(system.client, ['ada', 'grace'], 2);
        return await whereEmpty(asked.filter(({ expr }) => !quiet.test(expr)));
      },
      { timeout: 40_000, interval: 1_000 },
    )
    .toEqual([]);
  const declared = await declaredSeries();
  const unknown = [...asked, ...rules].flatMap(({ place, expr }) =>
    seriesOf(expr)
      .filter((name) => !declared.has(name) && !rules.some((rule) => rule.place === name))
      .map((name) => `${place}: ${name}`),
  );
  expect(unknown).toEqual([]);
  for (const { expr } of rules) expect(await prometheus.count(expr)).toBeGreaterThanOrEqual(0);
});

async function whereEmpty(queries: Query[]): Promise<string[]> {
  const found = await Promise.all(
    queries.map(async ({ place, expr }) => {
      const series = await prometheus.count(expr).catch((error: unknown) => String(error));
      return series === 0 || typeof series === 'string' ? [`${place}: ${series}`] : [];
    }),
  );
  return found.flat();
}

/** Names by the TYPE lines of /metrics; a histogram has three. */
async function declaredSeries(): Promise<Set<string>> {
  const text = await (await fetch(`${system.client.url}/metrics`)).text();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gmu)];
  const names = types.flatMap(([, name, type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [String(name)],
  );
  return new Set([...names, 'up']);
}

test('labels are bounded: no user, no interaction, no address', async () => {
  await fetch(`${system.client.url}/v1/users/somebody/persona`);
  await fetch(`${system.client.url}/no/such/place`);
  const text = await (await fetch(`${system.client.url}/metrics`)).text();
  expect(text).toContain('route="/v1/hypothesize"');
  expect(text).not.toMatch(/"ada"|"grace"|somebody|no\/such|[0-9a-f]{8}-[0-9a-f]{4}-7/u);
});

/** Each event with the consumer that learns from it, by hand. */
const learnedBy = [
  'feedback.given persona',
  'feedback.given training-log',
  'hypothesis.selected memory',
  'hypothesis.selected persona',
  'hypothesis.selected training-log',
  'persona.updated training-log',
];

test('each event is learned by its consumers and by no other', async () => {
  const { client } = system;
  const asked = { user_id: 'ada', input_text: 'build api' };
  const { interaction_id } = await client.hypothesize(asked);
  await client.execute({ ...asked, interaction_id, hypothesis_id: 'h1' });
  const body = JSON.stringify({
    user_id: 'ada',
    interaction_id,
    type: 'comment',
    value: 'more code, please',
  });
  const headers = { 'content-type': 'application/json' };
  const said = await fetchWithRetry(`${client.url}/v1/feedback`, { method: 'POST', headers, body });
  expect(said.status).toBe(202);
  await untilOutboxEmpty(client);
  const text = await (await fetch(`${client.url}/metrics`)).text();
  const series = text.split('\n').filter((line) => line.startsWith('learning_loop_events_total{'));
  const value = (line: string, label: string) => new RegExp(`[{,]${label}="([^"]*)"`, 'u').exec(line)?.[1];
  const learned = series.filter((line) => value(line, 'outcome') === 'learned');
  const pairs = learned.map((line) => `${value(line, 'event')} ${value(line, 'consumer')}`);
  expect([...new Set(pairs)].toSorted()).toEqual(learnedBy);
});

test('the alerts fire when they should and not before', async () => {
  expect(await ensureInstalled('promtool', 'prometheus')).toBe(true);
  const promtool = (...args: string[]) =>
    promisify(execFile)('promtool', args, { cwd: path.join(infra, 'prometheus') });
  await promtool('check', 'config', 'prometheus.yml');
  const { stdout } = await promtool('test', 'rules', 'alerts.test.yml', 'alerts-of-days.test.yml');
  expect(stdout.match(/SUCCESS/gu)).toHaveLength(2);
});

test('every alert is tested, and its runbook is there', async () => {
  const alerts = parse(await readFile(path.join(infra, 'prometheus/alerts.yml'), 'utf8'));
  const runbook = await readFile(path.join(infra, '../docs/operations.md'), 'utf8');
  const titles = new Set([...runbook.matchAll(/^### (\w+)$/gmu)].map(([, title]) => title));
  const names: string[] = alerts.groups[0].rules.map(({ alert }: { alert: string }) => alert);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !titles.has(name))).toEqual([]);
  const tested = await Promise.all(
    ['alerts.test.yml', 'alerts-of-days.test.yml'].map((name) =>
      readFile(path.join(infra, 'prometheus', name), 'utf8'),
    ),
  );
  expect(names.filter((name) => !tested.join().includes(`alertname: ${name}`))).toEqual([]);
});

test('every log event is described', async () => {
  const described = await readFile(path.join(infra, '../docs/operations.md'), 'utf8');
  const names = await loggedEventNames();
  expect(names).toContain('event_dead_lettered');
  expect(names.filter((name) => !described.includes(`| \`${name}\` |`))).toEqual([]);
});
