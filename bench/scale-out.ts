import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { outboxDepth } from '@learning-loop/db/outbox';
import { connectPublisher } from '@learning-loop/queue/publish';
import { sql } from 'kysely';
import pino from 'pino';
import { Registry } from 'prom-client';
import { acceptMany } from './accepted.ts';
import type { Figure } from './figure.ts';
import { openStage, type Stage } from './stage/stage.ts';

const answerMs = 200;
const many = 8;
const perProcess = 200;

/** Persona updates a second that a model with 200 ms decided, by eight processes against one. */
export async function scaleOut(): Promise<Figure[]> {
  await using model = await slowModel();
  const one = await decidedPerSecond(model.url, 1);
  const eight = await decidedPerSecond(model.url, many);
  return [
    {
      name: `persona workers with a ${answerMs} ms model, 1 to ${many} processes`,
      ratio: eight / one,
      goal: { atLeast: 7.5 },
      details: { one_per_second: one, eight_per_second: eight },
    },
  ];
}

async function decidedPerSecond(modelUrl: string, processes: number): Promise<number> {
  await using stage = await openStage();
  const env = {
    SLM_IMPL: 'openai',
    OPENAI_BASE_URL: modelUrl,
    OPENAI_API_KEY: 'none',
    OPENAI_MODEL_NAME: 'slow',
    LLM_TIMEOUT_MS: '60000',
    LLM_MAX_CONCURRENCY: '4',
  };
  await Promise.all(Array.from({ length: processes }, () => stage.app('persona-worker', env)));
  await using publisher = connectPublisher(stage, pino({ level: 'silent' }), new Registry());
  const ids = await acceptMany(stage.db, perProcess * processes, perProcess * processes);
  const notices = ids.map((event_id) => ({ event: 'hypothesis.selected' as const, event_id }));
  const start = performance.now();
  await publisher.publish(notices, 'persona');
  while ((await owed(stage)) > 0) await setTimeout(20);
  const seconds = (performance.now() - start) / 1000;
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from persona_updates where decided_by <> 'rules'`.execute(stage.db);
  return (rows[0]?.n ?? 0) / seconds;
}

async function owed({ db }: Stage): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from outbox where 'persona' = any(pending)`.execute(db);
  return rows[0]?.n ?? (await outboxDepth(db)).pending;
}

/** An OpenAI-compatible server that takes its time. */
async function slowModel() {
  const content = JSON.stringify({
    concise: 0.01,
    step_by_step: 0,
    code_first: 0,
    formal: 0,
    reason: 'a benchmark',
  });
  const completion = {
    id: 'c',
    object: 'chat.completion',
    created: 0,
    model: 'slow',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
  const server = createServer(async (request, response) => {
    request.resume();
    await setTimeout(answerMs);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completion));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the model server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
