import { setTimeout as sleep } from 'node:timers/promises';

/** One try of one call. `status` is 0 when no answer came. */
export interface Attempt {
  path: string;
  /** On the clock of performance.now(). */
  at: number;
  ms: number;
  status: number;
  /** Whether the answer said when to try again. */
  retryAfter: boolean;
}

/** Calls as a sane client does. */
export interface Client {
  /** Makes the same call until it is answered 2xx. Rejects once `GIVE_UP_MS` have passed. */
  post(path: string, body: object): Promise<unknown>;
  attempts: Attempt[];
}

const GIVE_UP_MS = 180_000;
/** Longer than any promise that the gateway makes. */
const ANSWER_MS = 30_000;
const PAUSE_MS = 100;

/** Takes the gateways in turn, and the next one when a call was not answered. */
export function connectClient(urls: string[]): Client {
  const attempts: Attempt[] = [];
  let turn = 0;

  async function attempt(
    path: string,
    body: string,
  ): Promise<{ status: number; retryMs: number; json: unknown }> {
    const url = urls[turn++ % urls.length];
    const at = performance.now();
    try {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const json = await response.json();
      const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1_000;
      const retryAfter = retryAfterMs > 0;
      attempts.push({ path, at, ms: performance.now() - at, status: response.status, retryAfter });
      const retryMs = retryAfterMs || PAUSE_MS;
      return { status: response.status, retryMs, json };
    } catch {
      attempts.push({ path, at, ms: performance.now() - at, status: 0, retryAfter: false });
      return { status: 0, retryMs: PAUSE_MS, json: null };
    }
  }

  return {
    attempts,
    async post(path, body) {
      const text = JSON.stringify(body);
      const end = performance.now() + GIVE_UP_MS;
      while (performance.now() < end) {
        const { status, retryMs, json } = await attempt(path, text);
        if (status >= 200 && status < 300) return json;
        await sleep(retryMs);
      }
      throw new Error(`POST ${path} was not accepted within ${GIVE_UP_MS / 1000} s.`);
    },
  };
}
