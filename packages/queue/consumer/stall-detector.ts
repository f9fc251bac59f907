const LOOK_MS = 10_000;
const WEDGED_MS = 120_000;

interface Watched {
  /** Jobs taken and not answered. */
  inHand: () => number;
  /** Jobs that stand in line; rejects when the queue is away. */
  waiting: () => Promise<number>;
  onWedged: (stillMs: number) => void;
}

/**
 * Tells when a worker is wedged: for `wedgedMs` work was waiting, the queue could be reached, and no job was
 * answered. A restart by the supervisor mends what this process cannot.
 */
export function watchProgress(
  { inHand, waiting, onWedged }: Watched,
  { lookMs = LOOK_MS, wedgedMs = WEDGED_MS }: { lookMs?: number; wedgedMs?: number } = {},
): { made(): void; stop(): void } {
  let last = performance.now();

  async function look(): Promise<void> {
    const inLine = await waiting().catch(() => 0);
    if (inLine + inHand() === 0) last = performance.now();
    const stillMs = performance.now() - last;
    if (stillMs < wedgedMs) return;
    stop();
    onWedged(Math.round(stillMs));
  }

  const timer = setInterval(() => void look(), lookMs);
  timer.unref();
  const stop = () => clearInterval(timer);
  return {
    made() {
      last = performance.now();
    },
    stop,
  };
}
