import { withRetries } from '@learning-loop/client/retry';
import { Compile } from 'typebox/compile';
import * as responses from './responses.ts';

const parsers = {
  hypotheses: Compile(responses.Hypotheses),
  executed: Compile(responses.Executed),
  interaction: Compile(responses.Interaction),
  persona: Compile(responses.Persona),
  memories: Compile(responses.Memories),
  stats: Compile(responses.TrainingStats),
  ready: Compile(responses.Ready),
};

interface HypothesizeRequest {
  user_id: string;
  input_text: string;
  candidates?: string[];
}

interface ExecuteRequest {
  user_id: string;
  input_text: string;
  interaction_id: string;
  hypothesis_id: string | null;
}

export type Client = ReturnType<typeof connectClient>;

/** Every method throws an Error with the response text for a status other than 2xx. */
export function connectClient(url: string) {
  const toUserUrl = (id: string) => `${url}/v1/users/${encodeURIComponent(id)}`;
  return {
    url,
    hypothesize: async (request: HypothesizeRequest) =>
      parsers.hypotheses.Parse(await post(`${url}/v1/hypothesize`, request)),
    execute: async (request: ExecuteRequest) =>
      parsers.executed.Parse(await post(`${url}/v1/execute`, request)),
    interaction: async (id: string) => parsers.interaction.Parse(await get(`${url}/v1/interactions/${id}`)),
    persona: async (id: string) => parsers.persona.Parse(await get(`${toUserUrl(id)}/persona`)),
    memories: (id: string) => listMemories(`${toUserUrl(id)}/memories?limit=200`),
    stats: async () => parsers.stats.Parse(await get(`${url}/v1/training/stats`)),
    ready: async () => parsers.ready.Parse(await get(`${url}/readyz`)),
  };
}

async function listMemories(address: string): Promise<responses.Memory[]> {
  const all: responses.Memory[] = [];
  for (let page = ''; ; ) {
    const { memories, next_cursor } = parsers.memories.Parse(await get(address + page));
    all.push(...memories);
    if (next_cursor === null) return all;
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

/** Retries requests that an overloaded server rejected, where that is safe. */
const send = withRetries(fetch, { attempts: 6, delayMs: 200 });

export const fetchWithRetry = (address: string, request: RequestInit = {}): Promise<Response> =>
  send(new Request(address, request));

async function call(address: string, request: RequestInit): Promise<unknown> {
  const response = await fetchWithRetry(address, request);
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new Error(
    `${request.method ?? 'GET'} ${new URL(address).pathname} answered ${response.status}: ${text}`,
  );
}

/**
 * Calls `work` for each item in order, at most `limit` at a time. Rejects with the first failure and starts no more.
 */
export async function forEachConcurrent<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const runNext = async () => {
    for (let next = queue.next(); !next.done && !failed; next = queue.next()) {
      await work(next.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: limit }, runNext));
}
