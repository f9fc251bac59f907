import { errorCode } from '@learning-loop/service/errors';

/** The event can never be processed: it becomes a dead letter at once. */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** The event is delivered again after `ms`; this does not count as an attempt. */
export class RetryLater extends Error {
  override name = 'RetryLater';
  readonly ms: number;

  constructor(ms: number, options?: ErrorOptions) {
    super(`to be retried in ${ms} ms`, options);
    this.ms = ms;
  }
}

/** A duplicate delivery settled an event of this batch first: roll the batch back. */
export class AlreadySettled extends Error {
  override name = 'AlreadySettled';
}

/** What the handler had read may be gone: roll the batch back, and read again at once. */
export class OutdatedRead extends Error {
  override name = 'OutdatedRead';
}

/** Serialization failure or deadlock (SQLSTATE 40001, 40P01): worth a retry as it is. */
export function isConflict(error: unknown): boolean {
  if (error instanceof AlreadySettled || error instanceof OutdatedRead) return true;
  return /^40(001|P01)$/.test(errorCode(error) ?? '');
}
