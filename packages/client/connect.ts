import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './api.ts';
import { retrying } from './retry.ts';

interface ConnectOptions {
  /** An API key of the role app; unset on a machine of one's own. */
  key?: string;
  /** How often a request is tried at most. */
  attempts?: number;
  /** The wait before the second try, in ms, which doubles each time, unless the service says how long. */
  delayMs?: number;
}

/**
 * The learning loop's HTTP API, typed by its own OpenAPI document: `client.POST('/v1/hypothesize', { body })` resolves
 * with `{ data }` or `{ error }`. What failed is tried again where that cannot have an effect twice; so give `execute`
 * the `interaction_id` that `hypothesize` answered. Rejects when the service cannot be reached.
 */
export function connectLearningLoop(
  url: string,
  { key, attempts = 4, delayMs = 200 }: ConnectOptions = {},
): Client<paths> {
  return createClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    fetch: retrying(fetch, { attempts, delayMs }),
    ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
  });
}
