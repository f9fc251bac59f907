import { backgroundLoop } from '@learning-loop/async/background-loop';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { durationsBetween, type Snapshot } from './derive.ts';
import { parseMetrics, type Sources, scrapeMetrics } from './scrape.ts';

export interface Measurements extends AsyncDisposable {
  /** The newest snapshot and one about 10 s older, or the oldest. Undefined before the second one. */
  recentPair(): [Snapshot, Snapshot] | undefined;
  /** Learning lag of the last 15 minutes, every 2 s; null where nothing was learned. */
  readonly points: LagPoint[];
}

interface LagPoint {
  at: number;
  p50: number | null;
  p99: number | null;
  perSecond: number;
}

const metricNames = /^(?:learning_loop|llm)_/u;
const everyMs = 2_000;
const maxRecent = 6;
const maxPoints = 450;

/** Reads this process's metrics and those of `sources` every 2 s. */
export function pollMetrics(sources: Sources, own: Registry, log: Logger): Measurements {
  const recent: Snapshot[] = [];
  const points: LagPoint[] = [];

  async function poll(): Promise<void> {
    const texts = await scrapeMetrics(sources, own, log);
    const samples = texts.flatMap((text) => parseMetrics(text, metricNames));
    recent.push({ at: Date.now(), samples });
    if (recent.length > maxRecent) recent.shift();
    const [before, after] = recent.slice(-2);
    if (!before || !after) return;
    points.push({
      at: after.at,
      ...durationsBetween([before, after], 'learning_loop_learned_seconds', { event: 'hypothesis.selected' }),
    });
    if (points.length > maxPoints) points.shift();
  }

  const onError = (err: unknown) => log.warn({ err }, 'metrics_not_read');
  const loop = backgroundLoop(poll, { everyMs, onError });
  return {
    points,
    recentPair() {
      const [first, last] = [recent[0], recent.at(-1)];
      return first && last && first !== last ? [first, last] : undefined;
    },
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
}
