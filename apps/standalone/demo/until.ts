import { setTimeout as delay } from 'node:timers/promises';

/** Asks again every 20 ms until the answer is not null. Throws `late` after `deadlineMs`. */
export async function until<T>(ask: () => Promise<T | null>, deadlineMs: number, late: string): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== null) return answer;
    await delay(20);
  }
  throw new Error(late);
}
