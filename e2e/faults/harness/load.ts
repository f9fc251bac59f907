import { setTimeout as sleep } from 'node:timers/promises';
import { type Attempt, type Client, connectClient } from './client.ts';

/** Answered 2xx, so it must be learned exactly once. */
export interface Accepted {
  event_id: string;
  interaction_id: string;
}

export interface Load {
  accepted: Accepted[];
  attempts: Attempt[];
  /** Resolves at this number of accepted selections. */
  reached(count: number): Promise<void>;
  /** Resolves when all started requests are accepted. */
  stop(): Promise<void>;
}

export interface Pace {
  /** Selections per second. */
  perSecond: number;
  /** Concurrent callers. */
  connections?: number;
  users?: number;
  /** Lets the service generate candidates. */
  proposing?: boolean;
}

const candidates = [
  'Do you want to build a REST API with FastAPI?',
  'Do you want to deploy a REST API with Docker?',
  'Do you want to design an authentication flow?',
];
const REACH_MS = 600_000;

/** Mostly the first hypothesis, often a later one, sometimes none. */
function toHypothesisId(i: number): string | null {
  return i % 17 === 16 ? null : `h${(((i * 7) % 5) % 3) + 1}`;
}

/** Calls hypothesize and execute until stopped. */
export function startLoad(urls: string[], pace: Pace): Load {
  const { perSecond, connections = 16, users = 200, proposing = false } = pace;
  const client = connectClient(urls);
  const accepted: Accepted[] = [];
  const stopping = new AbortController();
  let next = 0;

  async function caller(): Promise<void> {
    const periodMs = (connections * 1_000) / perSecond;
    let due = performance.now() + Math.random() * periodMs;
    while (!stopping.signal.aborted) {
      const wait = due - performance.now();
      if (wait > 0) await sleep(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      const i = next++;
      accepted.push(await makeSelection(client, { i, user_id: `user-${i % users}`, proposing }));
      // Missed requests are not made up for: `perSecond` is the maximum.
      due = Math.max(due + periodMs, performance.now());
    }
  }

  const callers = Promise.all(Array.from({ length: connections }, caller));
  return {
    accepted,
    attempts: client.attempts,
    async reached(count) {
      const end = performance.now() + REACH_MS;
      while (accepted.length < count) {
        if (performance.now() > end) throw new Error(`Only ${accepted.length} of ${count} were accepted.`);
        await Promise.race([callers, sleep(20)]);
      }
    },
    async stop() {
      stopping.abort();
      await callers;
    },
  };
}

interface SelectionInput {
  i: number;
  user_id: string;
  proposing?: boolean;
  input_text?: string;
}

export async function makeSelection(client: Client, input: SelectionInput): Promise<Accepted> {
  const { i, user_id, proposing, input_text = `build api, variant ${i}` } = input;
  const body = proposing ? {} : { candidates };
  const response = await client.post('/v1/hypothesize', { user_id, input_text, ...body });
  const interaction_id = readText(response, 'interaction_id');
  const selection = { user_id, input_text, interaction_id, hypothesis_id: toHypothesisId(i) };
  return { interaction_id, event_id: readText(await client.post('/v1/execute', selection), 'event_id') };
}

export function readText(answer: unknown, field: string): string {
  const value: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, field) : undefined;
  if (typeof value === 'string') return value;
  throw new Error(`The answer has no ${field}: ${JSON.stringify(answer)}`);
}
