/** How often a failing event is tried, and the wait before the second try, which doubles each time. */
export interface Retry {
  attempts: number;
  delayMs: number;
}

const usual: Retry = { attempts: 8, delayMs: 500 };
const JITTER = 0.5;

export const retryOf = ({ retry = usual }: { retry?: Retry | undefined }): Retry => retry;

/** As BullMQ wants it; `attempts` are those that are left. */
export function retryOptions({ delayMs }: Retry, attempts: number) {
  return { attempts, backoff: { type: 'exponential', delay: delayMs, jitter: JITTER } };
}

/** The wait, in ms, before the attempt after this one (from 1): the same as BullMQ's for a job that failed so often. */
export function backoffMs({ delayMs }: Retry, attempt: number): number {
  const most = delayMs * 2 ** (attempt - 1);
  return Math.round(most * (1 - JITTER * Math.random()));
}
