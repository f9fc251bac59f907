/**
 * Calls, but while `restMs` have not passed since a failure it rejects at once with that failure as the cause, so that
 * nobody queues up for a server that is away. Tells of the failure that begins a row of them, and of the end of it;
 * a call that may be answered from memory (`proof` false) does not end it.
 */
export function breaker(
  restMs: number,
  { onOpen, onClose }: { onOpen: (error: unknown) => void; onClose: () => void },
): <T>(call: () => Promise<T>, proof?: boolean) => Promise<T> {
  let failure: { cause: unknown; until: number } | undefined;
  return async (call, proof = true) => {
    if (failure && performance.now() < failure.until)
      throw new Error('The queue is away; the sweeper will publish.', { cause: failure.cause });
    try {
      const result = await call();
      if (failure && proof) {
        onClose();
        failure = undefined;
      }
      return result;
    } catch (cause) {
      if (!failure) onOpen(cause);
      failure = { cause, until: performance.now() + restMs };
      throw cause;
    }
  };
}
