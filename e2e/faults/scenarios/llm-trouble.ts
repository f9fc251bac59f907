import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { modelServer, sendContent, sendJson } from '@learning-loop/llm/testing/model-server';
import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { checkAllAnswered } from '../harness/measure.ts';
import type { System } from '../harness/system.ts';

const MOST_LAG_MS = 5_000;
/** The circuit breaker retries after at most 30 s. */
const CLOSES_MS = 60_000;

const troubles: Record<string, (response: ServerResponse) => void> = {
  timeouts: () => undefined,
  '429': (response) => sendJson(response, 429, { error: { message: 'slow down' } }, { 'retry-after': '1' }),
  '500': (response) => sendJson(response, 500, { error: { message: 'broken' } }),
  garbage: (response) => sendContent(response, 'I would rather talk about something else {"'),
  'half a stream': (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
    response.write('{"choices": [{"message": {"content": "{');
    setTimeout(() => response.destroy(), 50);
  },
};

export const llmTrouble: Fault = {
  number: 13,
  name: 'LLM: timeouts, 429 with Retry-After, 500s, garbage, half a stream',
  short: true,
  async run({ size, start, use }) {
    const eachMs = size.short ? 2_000 : 12_000;
    let trouble: ((response: ServerResponse) => void) | undefined;
    const model = await modelServer((response, asked) => {
      if (trouble) trouble(response);
      else sendContent(response, goodAnswer(asked.messages[0]?.content ?? ''));
    });
    const server = use(model);
    // Shorter than each trouble.
    const llm = {
      ...{ LLM_TIMEOUT_MS: '2000', LLM_BACKGROUND_TIMEOUT_MS: '2000' },
      SLM_IMPL: 'openai',
      OPENAI_BASE_URL: server.url,
      OPENAI_API_KEY: 'none',
      OPENAI_MODEL_NAME: 'fake',
    };
    const system = await start({ env: { gateway: llm, 'persona-worker': llm } });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 60 : 120, proposing: true });
    const lag = watchLag(system);
    await load.reached(size.selections / 10);
    for (const make of Object.values(troubles)) {
      trouble = make;
      await sleep(eachMs);
    }
    trouble = undefined;
    const well = performance.now();
    const log = () => system.logOf('persona-worker');
    const closed = async () =>
      /llm_breaker_closed/.test(afterLast(await log(), 'llm_breaker_opened')) ? true : null;
    await until(closed, CLOSES_MS, `The breaker does not close: ${system.directory}.`);
    const closedMs = performance.now() - well;
    await load.reached(size.selections);
    await load.stop();
    const worst = await lag.stop();
    const recoveryMs = await system.caughtUp();
    const opened = (await log()).split('"llm_breaker_opened"').length - 1;
    const { broken, late } = checkAllAnswered(load.attempts);
    if (worst > MOST_LAG_MS) late.push(`the learning lag was ${Math.round(worst)} ms`);
    if (opened === 0) broken.push('the breaker never opened');
    const notes =
      `${eachMs / 1000} s of each; learning lag ${(worst / 1000).toFixed(1)} s at most; breaker opened ${opened} × and ` +
      `closed ${(closedMs / 1000).toFixed(1)} s after the end`;
    return { system, accepted: load.accepted, recoveryMs, notes, broken, late };
  },
};

function goodAnswer(instructions: string): string {
  if (instructions.startsWith('You keep the persona')) {
    return JSON.stringify({
      concise: 0.02,
      step_by_step: 0,
      code_first: 0.01,
      formal: 0,
      reason: 'chose the short one',
    });
  }
  const hypotheses = ['build a REST API', 'deploy a REST API', 'document a REST API'].map((goal) => ({
    question: `Do you want to ${goal}?`,
    rationale: 'It is asked for often',
    confidence: 0.6,
  }));
  return JSON.stringify({ hypotheses });
}

const afterLast = (text: string, word: string) => text.slice(Math.max(0, text.lastIndexOf(word)));

/** Polls the age of the oldest pending event; `stop` returns the maximum in ms. */
function watchLag(system: System): { stop(): Promise<number> } {
  const stopping = new AbortController();
  let worst = 0;
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const [ms] = await system.column(
        "select coalesce(extract(epoch from clock_timestamp() - min(created_at)) * 1000, 0) as id from outbox where event = 'hypothesis.selected'",
      );
      worst = Math.max(worst, Number(ms));
      await sleep(100);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await watching;
      return worst;
    },
  };
}
