import { backgroundLoop } from '@learning-loop/async/background-loop';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { durationsBetween, type Snapshot } from './derive.ts';
import { parseMetrics, type Sources, scrapeMetrics } from './scrape.ts';

/** What the processes of the loop measured lately. */
export interface Measurements extends AsyncDisposable {
  /** The newest snapshot, and one about 10 s older (the oldest there is, at first). Undefined before the second. */
  recentPair(): [Snapshot, Snapshot] | undefined;
  /** Learning lag of the last 15 minutes, a point every 2 s; null where nothing was learned. */
  readonly points: LagPoint[];
}

interface LagPoint {
  at: number;
  p50: number | null;
  p99: number | null;
  perSecond: number;
}

const watched = /^(?:learning_loop|llm)_/u;
const everyMs = 2_000;
const recently = 6;
const kept = 450;

/** Reads the metrics every 2 s: those of this process, and of the processes that `sources` names. */
export function pollMetrics(sources: Sources, own: Registry, log: Logger): Measurements {
  const recent: Snapshot[] = [];
  const points: LagPoint[] = [];

  async function look(): Promise<void> {
    const texts = await scrapeMetrics(sources, own, log);
    const samples = texts.flatMap((text) => parseMetrics(text, watched));
    recent.push({ at: Date.now(), samples });
    if (recent.length > recently) recent.shift();
    const [before, after] = recent.slice(-2);
    if (!before || !after) return;
    points.push({
      at: after.at,
      ...durationsBetween([before, after], 'learning_loop_learned_seconds', { event: 'hypothesis.selected' }),
    });
    if (points.length > kept) points.shift();
  }

  const onError = (err: unknown) => log.warn({ err }, 'metrics_not_read');
  const loop = backgroundLoop(look, { everyMs, onError });
  return {
    points,
    recentPair() {
      const [first, last] = [recent[0], recent.at(-1)];
      return first && last && first !== last ? [first, last] : undefined;
    },
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
}
