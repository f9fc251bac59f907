interface RetryOptions {
  attempts: number;
  /** Before the second attempt; doubles each time. */
  delayMs: number;
}
type Send = (request: Request) => Promise<Response>;

/** Nothing was done yet. */
const rejectedStatuses = new Set([429, 503]);
/** The request may have been processed. */
const uncertainStatuses = new Set([500, 502, 504]);
const maxWaitMs = 30_000;

/** Retries rejected requests always, and uncertain ones only if a repetition has no effect. */
export function withRetries(send: Send, { attempts, delayMs }: RetryOptions): Send {
  return async (request) => {
    const isSafe = await isRepeatable(request.clone());
    for (let attempt = 1; ; attempt += 1) {
      const [result] = await Promise.allSettled([send(request.clone())]);
      if (attempt >= attempts || !shouldRetry(result, { isSafe, signal: request.signal }))
        return unwrap(result);
      await sleep(waitMs(result, attempt, delayMs), request.signal);
    }
  };
}

/** Rejects as soon as the signal aborts. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}

function unwrap(result: PromiseSettledResult<Response>): Response {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function shouldRetry(
  result: PromiseSettledResult<Response>,
  { isSafe, signal }: { isSafe: boolean; signal: AbortSignal },
): boolean {
  if (result.status === 'rejected') return isSafe && !signal.aborted;
  const { status } = result.value;
  return rejectedStatuses.has(status) || (isSafe && uncertainStatuses.has(status));
}

/** A selection that names its interaction is accepted only once. */
async function isRepeatable(request: Request): Promise<boolean> {
  if (request.method !== 'POST') return true;
  const { pathname } = new URL(request.url);
  if (pathname.endsWith('/v1/hypothesize')) return true;
  return pathname.endsWith('/v1/execute') && (await request.text()).includes('"interaction_id":"');
}

function waitMs(result: PromiseSettledResult<Response>, attempt: number, delayMs: number): number {
  const seconds = result.status === 'fulfilled' ? Number(result.value.headers.get('retry-after')) : 0;
  if (seconds > 0) return Math.min(seconds * 1_000, maxWaitMs);
  return Math.min(delayMs * 2 ** (attempt - 1), maxWaitMs) * (1 - Math.random() / 2);
}
