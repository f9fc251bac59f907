import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './api.ts';
import { withRetries } from './retry.ts';

interface ConnectOptions {
  /** An API key with the role `app`. */
  key?: string;
  attempts?: number;
  /** Before the second attempt; doubles each time, unless the service sends Retry-After. */
  delayMs?: number;
}

/**
 * Requests resolve with `{ data }` or `{ error }`, and reject when the service is unreachable. They are retried only if a
 * repetition has no effect: pass the `interaction_id` from `hypothesize` to `execute`.
 */
export function connectLearningLoop(
  url: string,
  { key, attempts = 4, delayMs = 200 }: ConnectOptions = {},
): Client<paths> {
  return createClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    fetch: withRetries(fetch, { attempts, delayMs }),
    ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
  });
}
