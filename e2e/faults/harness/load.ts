import { setTimeout as sleep } from 'node:timers/promises';
import { type Attempt, type Client, connectClient } from './client.ts';

/** A pick that was answered 2xx: from then on it must be learned, once. */
export interface Accepted {
  event_id: string;
  interaction_id: string;
}

export interface Load {
  accepted: Accepted[];
  attempts: Attempt[];
  /** Resolves when so many picks are accepted. */
  reached(count: number): Promise<void>;
  /** Begins no more, and resolves when all that was begun is accepted. */
  stop(): Promise<void>;
}

export interface Pace {
  /** Picks a second. */
  perSecond: number;
  /** Callers at once. */
  connections?: number;
  users?: number;
  /** Lets the service propose, rather than rank what the caller offers. */
  proposing?: boolean;
}

const candidates = [
  'Do you want to build a REST API with FastAPI?',
  'Do you want to deploy a REST API with Docker?',
  'Do you want to design an authentication flow?',
];
const REACH_MS = 600_000;

/** What the i-th pick is: the first mostly, a later one often, and sometimes none. */
function pickOf(i: number): string | null {
  return i % 17 === 16 ? null : `h${(((i * 7) % 5) % 3) + 1}`;
}

/** Hypothesizes and executes without a pause until it is stopped. */
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
      accepted.push(await choose(client, { i, user_id: `user-${i % users}`, proposing }));
      // What was missed is not made up for: the rate is the most that is offered.
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

interface Choice {
  i: number;
  user_id: string;
  proposing?: boolean;
  input_text?: string;
}

/** One pick from what is shown, accepted. */
export async function choose(client: Client, choice: Choice): Promise<Accepted> {
  const { i, user_id, proposing, input_text = `build api, variant ${i}` } = choice;
  const offered = proposing ? {} : { candidates };
  const shown = await client.post('/v1/hypothesize', { user_id, input_text, ...offered });
  const interaction_id = text(shown, 'interaction_id');
  const pick = { user_id, input_text, interaction_id, hypothesis_id: pickOf(i) };
  return { interaction_id, event_id: text(await client.post('/v1/execute', pick), 'event_id') };
}

function text(answer: unknown, field: string): string {
  const value: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, field) : undefined;
  if (typeof value === 'string') return value;
  throw new Error(`The answer has no ${field}: ${JSON.stringify(answer)}`);
}
