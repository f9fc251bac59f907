import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** An OpenAI-compatible server that answers every persona after so many ms. */
export async function slowModel(answerMs: number): Promise<AsyncDisposable & { url: string }> {
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
