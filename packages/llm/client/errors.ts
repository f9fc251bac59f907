import { CircuitOpenError } from '@learning-loop/async/circuit-breaker';
import { TaskCancelledError } from 'cockatiel';
import { APIConnectionError, APIError, APIUserAbortError } from 'openai';

export class CallRejected extends Error {
  readonly outcome: 'paused' | 'over_budget' | 'over_cost' | 'closed' | 'busy';

  constructor(outcome: CallRejected['outcome']) {
    super(`The model was not asked: ${outcome}.`);
    this.outcome = outcome;
  }
}

/** What was said, by which a server asks for patience: it loads its model, or has too much to do. */
const patience =
  /loading|maximum pending|overloaded|too many (?:requests|pending)|at capacity|no capacity|try again|queue (?:is )?full|server (?:is )?busy|not ready|warming up/iu;

/** A server that will answer soon. */
export function isServerBusy(error: unknown): boolean {
  if (!(error instanceof APIError) || error.status === undefined) return false;
  if (error.status === 429 || error.status === 503 || error.status === 529) return true;
  return error.status >= 500 && patience.test(error.message);
}

/** The outcome label of metrics and logs; never the error's message, which may quote a user's text. */
export function classifyError(error: unknown): string {
  if (error instanceof CallRejected) return error.outcome;
  if (error instanceof CircuitOpenError) return 'breaker_open';
  if (error instanceof TaskCancelledError || error instanceof APIUserAbortError) return 'timeout';
  if (error instanceof APIConnectionError) return 'unreachable';
  return error instanceof APIError ? classifyStatus(error.status) : 'invalid';
}

function classifyStatus(status: number | undefined): string {
  if (status === undefined) return 'invalid';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'server_error' : 'refused';
}

/** From the Retry-After header, at most ten minutes; null without one. */
export function retryAfterMs(error: unknown): number | null {
  const header = (error instanceof APIError && error.headers?.get('retry-after')) || '';
  const ms = /^\d/u.test(header) ? Number.parseFloat(header) * 1000 : Date.parse(header) - Date.now();
  return ms > 0 ? Math.min(ms, 600_000) : null;
}
