import { withRetries } from '@learning-loop/client/retry';
import { Compile } from 'typebox/compile';
import * as answers from './responses.ts';

const parsers = {
  hypotheses: Compile(answers.Hypotheses),
  executed: Compile(answers.Executed),
  interaction: Compile(answers.Interaction),
  persona: Compile(answers.Persona),
  memories: Compile(answers.Memories),
  stats: Compile(answers.TrainingStats),
  ready: Compile(answers.Ready),
};

interface Asked {
  user_id: string;
  input_text: string;
  candidates?: string[];
}

interface Picked {
  user_id: string;
  input_text: string;
  interaction_id: string;
  hypothesis_id: string | null;
}

export type Client = ReturnType<typeof connectClient>;

/** The learning loop over HTTP. Every method throws an Error that quotes the server when its answer is not 2xx. */
export function connectClient(url: string) {
  const user = (id: string) => `${url}/v1/users/${encodeURIComponent(id)}`;
  return {
    url,
    hypothesize: async (asked: Asked) => parsers.hypotheses.Parse(await post(`${url}/v1/hypothesize`, asked)),
    execute: async (picked: Picked) => parsers.executed.Parse(await post(`${url}/v1/execute`, picked)),
    interaction: async (id: string) => parsers.interaction.Parse(await get(`${url}/v1/interactions/${id}`)),
    persona: async (id: string) => parsers.persona.Parse(await get(`${user(id)}/persona`)),
    memories: (id: string) => allMemories(`${user(id)}/memories?limit=200`),
    stats: async () => parsers.stats.Parse(await get(`${url}/v1/training/stats`)),
    ready: async () => parsers.ready.Parse(await get(`${url}/readyz`)),
  };
}

async function allMemories(address: string): Promise<answers.Memory[]> {
  const found: answers.Memory[] = [];
  for (let page = ''; ; ) {
    const { memories, next_cursor } = parsers.memories.Parse(await get(address + page));
    found.push(...memories);
    if (next_cursor === null) return found;
    page = `&cursor=${encodeURIComponent(next_cursor)}`;
  }
}

const get = (address: string) => call(address, {});
const post = (address: string, body: object) =>
  call(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** A busy machine turns requests away for a moment; what is safe to repeat is repeated. */
const send = withRetries(fetch, { attempts: 6, delayMs: 200 });

/** As fetch, but what a busy machine turns away is sent again. */
export const fetchPatiently = (address: string, request: RequestInit = {}): Promise<Response> =>
  send(new Request(address, request));

async function call(address: string, request: RequestInit): Promise<unknown> {
  const response = await fetchPatiently(address, request);
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new Error(
    `${request.method ?? 'GET'} ${new URL(address).pathname} answered ${response.status}: ${text}`,
  );
}

/** Calls `work` for each item in order, at most `limit` at a time. Rejects with the first failure and starts no more. */
export async function forEachConcurrent<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const lane = async () => {
    for (let next = queue.next(); !next.done && !failed; next = queue.next()) {
      await work(next.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
}
