import { BrokenCircuitError, BulkheadRejectedError, TaskCancelledError } from 'cockatiel';
import { APIConnectionError, APIError, APIUserAbortError } from 'openai';

/** A call that was not sent, and why. */
export class NotSent extends Error {
  readonly outcome: 'paused' | 'over_budget' | 'over_cost' | 'closed';

  constructor(outcome: NotSent['outcome']) {
    super(`The model was not asked: ${outcome}.`);
    this.outcome = outcome;
  }
}

/** What became of a call, for metrics and logs; never the error's message, which may quote what a user wrote. */
export function outcomeOf(error: unknown): string {
  if (error instanceof NotSent) return error.outcome;
  if (error instanceof BrokenCircuitError) return 'breaker_open';
  if (error instanceof BulkheadRejectedError) return 'busy';
  if (error instanceof TaskCancelledError || error instanceof APIUserAbortError) return 'timeout';
  if (error instanceof APIConnectionError) return 'unreachable';
  return error instanceof APIError ? outcomeOfStatus(error.status) : 'invalid';
}

function outcomeOfStatus(status: number | undefined): string {
  if (status === undefined) return 'invalid';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'server_error' : 'refused';
}

/** Milliseconds that the server asked us to stay away, at most ten minutes; null when it did not ask. */
export function retryAfterMs(error: unknown): number | null {
  const asked = error instanceof APIError ? error.headers?.get('retry-after') : null;
  if (!asked) return null;
  const ms = /^\d/u.test(asked) ? Number.parseFloat(asked) * 1000 : Date.parse(asked) - Date.now();
  return ms > 0 ? Math.min(ms, 600_000) : null;
}
