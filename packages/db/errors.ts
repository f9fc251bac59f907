import { errorCode } from '@learning-loop/service/errors';

const systemErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

// SQLSTATE classes: connection, resources (disk full, too many clients), operator intervention, system error;
// 25006, a standby that is not writable yet; 25P03 and 25P04, a transaction that the server ended since this process was
// frozen; and 55P03, a lock that somebody else holds for long.
const outageStates = /^(08|53|57P|58)\w*$|^25006$|^25P0[34]$|^55P03$/;

// Thrown by pg and Kysely without a code.
const outageMessages =
  /^Connection terminated|timeout exceeded when trying to connect|not queryable|driver has already been destroyed|after calling end on the pool/;

/** The server is down: not the event's fault, so it must not use up the event's attempts. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = errorCode(error) ?? '';
  return systemErrors.has(code) || outageStates.test(code) || outageMessages.test(error.message);
}
