import { setTimeout as sleep } from 'node:timers/promises';

/** `status` is 0 without a response. */
export interface Attempt {
  path: string;
  /** As of performance.now(). */
  at: number;
  ms: number;
  status: number;
  /** Whether the response had a Retry-After header. */
  retryAfter: boolean;
}

/** Retries like a well-behaved client. */
export interface Client {
  /** Repeats the request until its status is 2xx. Rejects after `GIVE_UP_MS`. */
  post(path: string, body: object): Promise<unknown>;
  attempts: Attempt[];
}

const GIVE_UP_MS = 180_000;
/** Longer than any timeout of the gateway. */
const ANSWER_MS = 30_000;
const PAUSE_MS = 100;

/** Round robin over the gateways, also for retries. */
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
