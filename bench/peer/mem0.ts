import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { Memory } from 'mem0ai/oss';
import { type Exchange, toMemoryText } from './exchange.ts';
import type { Mem0Job, Mem0Rate, Mem0Result, ModelCalls } from './mem0-job.ts';

const { exchanges, modelUrl, atOnce, most } = (await json(process.stdin)) as Mem0Job;
const warming = exchanges.slice(0, 50);

await measure(warming);
process.stdout.write(JSON.stringify(await measure(exchanges)));

/** In an empty memory. */
async function measure(all: Exchange[]): Promise<Mem0Result> {
  const server = { apiKey: 'none', baseURL: modelUrl };
  const memory = new Memory({
    vectorStore: { provider: 'memory', config: { collectionName: 'bench', dbPath: ':memory:' } },
    embedder: { provider: 'openai', config: server },
    llm: { provider: 'openai', config: server },
    disableHistory: true,
  });
  const { rate: added } = await timed(all, (exchange) => add(memory, exchange));
  const { rate: searched, answers } = await timed(all, (exchange) => isFound(memory, exchange));
  return {
    added,
    searched,
    memories: await countMemories(memory, all),
    found: answers.filter(Boolean).length,
  };
}

async function timed<Answer>(all: Exchange[], ask: (exchange: Exchange) => Promise<Answer>) {
  const before = await readCalls();
  const start = performance.now();
  const answers: Answer[] = await Readable.from(all).map(ask, { concurrency: atOnce }).toArray();
  const perSecond = (all.length * 1000) / (performance.now() - start);
  const after = await readCalls();
  const rate: Mem0Rate = {
    perSecond,
    chats: after.chats - before.chats,
    embeddings: after.embeddings - before.embeddings,
  };
  return { answers, rate };
}

async function readCalls(): Promise<ModelCalls> {
  return (await (await fetch(`${modelUrl}/calls`)).json()) as ModelCalls;
}

async function add(memory: Memory, { user_id, input_text, question }: Exchange): Promise<void> {
  const messages = [
    { role: 'user', content: input_text },
    { role: 'assistant', content: question },
    { role: 'user', content: 'Yes.' },
  ];
  await memory.add(messages, { userId: user_id });
}

async function isFound(memory: Memory, exchange: Exchange): Promise<boolean> {
  const filters = { user_id: exchange.user_id };
  const { results } = await memory.search(exchange.input_text, { filters, topK: most });
  return results.some(({ memory }) => memory === toMemoryText(exchange));
}

async function countMemories(memory: Memory, all: Exchange[]): Promise<number> {
  let count = 0;
  for (const user_id of new Set(all.map((exchange) => exchange.user_id))) {
    const { results } = await memory.getAll({ filters: { user_id }, topK: all.length });
    count += results.length;
  }
  return count;
}
