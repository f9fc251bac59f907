import { errorCode } from '@learning-loop/service/errors';

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
export class AlreadySettled extends Error {
  override name = 'Overtaken';
}

/** Two transactions stood in each other's way; the same again will do. SQLSTATE 40001, 40P01. */
export function isConflict(error: unknown): boolean {
  return error instanceof AlreadySettled || /^40(001|P01)$/.test(errorCode(error) ?? '');
}
