import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { toMemoryText } from './exchange.ts';
import { dimensions, type ModelCalls } from './mem0-job.ts';

/** What an OpenAI-compatible server has to know for mem0, answered at once and always alike; it counts what it is asked. */
const Chat = Type.Object({
  messages: Type.Array(Type.Object({ role: Type.String(), content: Type.String() })),
});
const Embeddings = Type.Object({ input: Type.Union([Type.String(), Type.Array(Type.String())]) });

const calls: ModelCalls = { chats: 0, embeddings: 0 };

const routes: Record<string, (body: unknown) => unknown> = {
  '/v1/chat/completions': (body) => {
    calls.chats += 1;
    const prompt = Value.Parse(Chat, body).messages.at(-1)?.content ?? '';
    const message = { role: 'assistant', content: JSON.stringify({ memory: [extractMemory(prompt)] }) };
    return { object: 'chat.completion', choices: [{ index: 0, finish_reason: 'stop', message }] };
  },
  '/v1/embeddings': (body) => {
    calls.embeddings += 1;
    const { input } = Value.Parse(Embeddings, body);
    const data = [input]
      .flat()
      .map((text, index) => ({ object: 'embedding', index, embedding: embed(text) }));
    return { object: 'list', data };
  },
  '/v1/calls': () => calls,
};

/** The one memory of an exchange, in the words that our own history has. */
function extractMemory(prompt: string) {
  const match = /## New Messages\nuser: (?<input_text>.*)\nassistant: (?<question>.*)\n/u.exec(
    prompt,
  )?.groups;
  const { input_text, question } = match ?? {};
  if (!input_text || !question) throw new Error('The prompt holds no exchange.');
  return { id: '0', text: toMemoryText({ input_text, question }), attributed_to: 'user' };
}

/** Texts with words in common lie near each other: each word is one axis. */
function embed(text: string): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const word of text.toLowerCase().match(/[\p{L}\d]+/gu) ?? []) {
    const axis = createHash('md5').update(word).digest().readUInt32LE() % dimensions;
    vector[axis] = (vector[axis] ?? 0) + 1;
  }
  return vector;
}

const server = createServer(async (request, response) => {
  try {
    const answer = routes[request.url ?? '']?.(request.method === 'POST' ? await json(request) : null);
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? null));
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
});
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
