import type { Logger } from 'pino';

const AGAIN_MS = 30_000;

/** Logs an error unless the same was logged less than 30 s ago: connections repeat themselves. */
export function quietly(log: Logger, name: string): (error: unknown) => void {
  const said = new Map<string, number>();
  return (err) => {
    const text = String(err);
    const now = performance.now();
    if (now - (said.get(text) ?? -AGAIN_MS) < AGAIN_MS) return;
    if (said.size > 100) said.clear();
    said.set(text, now);
    log.warn({ err }, name);
  };
}
