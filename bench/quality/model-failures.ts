import type { ServerResponse } from 'node:http';
import { connectLlm } from '@learning-loop/llm/model';
import {
  fiveCandidates,
  modelConfig,
  modelServer,
  proposeRequest,
  sendContent,
  sendJson,
  silent,
} from '@learning-loop/llm/testing/model-server';
import { Registry } from 'prom-client';
import { markdownTable } from './metric.ts';

const timeoutMs = 500;
/** What a timer may be late on a busy machine. */
const lateMs = 250;
const requests = 8;

type Behaviour = (response: ServerResponse, call: number) => void;
const json = { 'content-type': 'application/json' };
const good: Behaviour = (response) => sendContent(response, JSON.stringify(fiveCandidates));
const oneCandidate = JSON.stringify({ hypotheses: fiveCandidates.hypotheses.slice(0, 1) });

/** How a model server may behave; null: none listens. */
const behaviours: Record<string, Behaviour | null> = {
  works: good,
  'returns one hypothesis': (response) => sendContent(response, oneCandidate),
  'refuses schemas, then works without': (response, call) =>
    call === 0 ? sendJson(response, 400, {}) : good(response, call),
  'fails once, then works': (response, call) =>
    call === 0 ? sendJson(response, 500, {}) : good(response, call),
  'is down': null,
  'never responds': () => {},
  'stops in the middle of its response': (response) => response.writeHead(200, json).write('{"choices":'),
  'closes the connection': (response) => response.destroy(),
  'returns 429 with Retry-After': (response) => sendJson(response, 429, {}, { 'retry-after': '30' }),
  'always returns 500': (response) => sendJson(response, 500, {}),
  'returns prose instead of JSON': (response) => sendContent(response, 'Sure! Here are five ideas:'),
  'returns truncated JSON': (response) => sendContent(response, oneCandidate.slice(0, 30)),
};

/** Who answers `hypothesize` while a real HTTP server misbehaves, and within how long, asked eight times in a row. */
export async function measureModelFailures(): Promise<string> {
  const rows = [];
  for (const [name, behaviour] of Object.entries(behaviours))
    rows.push([name, ...(await measureBehaviour(behaviour))]);
  return markdownTable(['The model server …', 'Hypotheses by', 'Hypotheses per call', 'Longest call'], rows);
}

async function measureBehaviour(behaviour: Behaviour | null): Promise<string[]> {
  let calls = 0;
  await using server = await modelServer((response) => {
    calls += 1;
    behaviour?.(response, calls - 1);
  });
  const url = behaviour === null ? 'http://127.0.0.1:1/v1' : server.url;
  await using llm = connectLlm(modelConfig(url, { timeoutMs }), silent, new Registry());
  const answers = [];
  for (let n = 0; n < requests; n += 1) {
    const started = performance.now();
    const { candidates, model_id } = await llm.propose(proposeRequest());
    answers.push({ model_id, count: candidates.length, ms: performance.now() - started });
  }
  const counts = Map.groupBy(answers, ({ model_id }) => (model_id === 'rules' ? 'rules' : 'model'));
  const who = [...counts].map(([name, all]) => `${name} ${all.length} of ${requests}`).join(', ');
  const fewest = Math.min(...answers.map(({ count }) => count));
  return [who, `at least ${fewest}`, inWords(Math.max(...answers.map(({ ms }) => ms)))];
}

/** By the timeout, so that the page is the same however busy the machine. */
function inWords(ms: number): string {
  if (ms <= timeoutMs / 2) return `below half the timeout of ${timeoutMs} ms`;
  return ms <= timeoutMs + lateMs ? `the timeout of ${timeoutMs} ms` : `${Math.round(ms)} ms: TOO LONG`;
}
