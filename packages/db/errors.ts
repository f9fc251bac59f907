import { errorCode } from '@learning-loop/service/errors';

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
  const code = errorCode(error) ?? '';
  return systemFaults.has(code) || awayStates.test(code) || awayMessages.test(error.message);
}
