/** The event can never be learned: it becomes a dead letter at once, with this error. */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** Not now: the event is delivered again after `ms`, and this does not count as an attempt. */
export class RetryLater extends Error {
  override name = 'RetryLater';
  readonly ms: number;

  constructor(ms: number, options?: ErrorOptions) {
    super(`to be retried in ${ms} ms`, options);
    this.ms = ms;
  }
}

/** Somebody else settled an event of this batch first; nothing of the batch may stand. */
export class Overtaken extends Error {
  override name = 'Overtaken';
}

const systemFaults = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
// SQLSTATE classes: connection, resources (disk full, too many clients), operator intervention, system error;
// and a standby that does not write yet.
const awayStates = /^(08|53|57P|58)\w*$|^25006$/;
// What pg and Kysely throw without a code.
const awayMessages =
  /^Connection terminated|timeout exceeded when trying to connect|not queryable|driver has already been destroyed|after calling end on the pool/;

/** A server is away: no fault of the event, whose attempts must not be spent on it. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return systemFaults.has(code) || awayStates.test(code) || awayMessages.test(error.message);
}

/** Two transactions stood in each other's way; the same again will do. SQLSTATE 40001, 40P01. */
export function isConflict(error: unknown): boolean {
  return error instanceof Overtaken || (error instanceof Error && /^40(001|P01)$/.test(codeOf(error)));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
