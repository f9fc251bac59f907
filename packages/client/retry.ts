import { setTimeout as sleep } from 'node:timers/promises';

interface Pace {
  attempts: number;
  delayMs: number;
}
type Send = (request: Request) => Promise<Response>;

/** The request was turned away before anything was done. */
const turnedAway = new Set([429, 503]);
/** Something on the way gave up; the request may have been carried out. */
const inDoubt = new Set([500, 502, 504]);
const longestWaitMs = 30_000;

/** Sends again what failed: what was turned away always, what is in doubt only if a second time changes nothing. */
export function retrying(send: Send, { attempts, delayMs }: Pace): Send {
  return async (request) => {
    const repeatable = await isRepeatable(request.clone());
    for (let attempt = 1; ; attempt += 1) {
      const [answer] = await Promise.allSettled([send(request.clone())]);
      const again = answer.status === 'rejected' ? repeatable : isWorthAnother(answer.value, repeatable);
      if (!again || attempt >= attempts) return settle(answer);
      await sleep(waitFor(answer, attempt, delayMs));
    }
  };
}

function settle(answer: PromiseSettledResult<Response>): Response {
  if (answer.status === 'rejected') throw answer.reason;
  return answer.value;
}

const isWorthAnother = ({ status }: Response, repeatable: boolean) =>
  turnedAway.has(status) || (repeatable && inDoubt.has(status));

/** What only reads or replaces, a proposal, and a pick that names its interaction: that is accepted once. */
async function isRepeatable(request: Request): Promise<boolean> {
  if (request.method !== 'POST') return true;
  const { pathname } = new URL(request.url);
  if (pathname.endsWith('/v1/hypothesize')) return true;
  return pathname.endsWith('/v1/execute') && (await request.text()).includes('"interaction_id":"');
}

function waitFor(answer: PromiseSettledResult<Response>, attempt: number, delayMs: number): number {
  const said = answer.status === 'fulfilled' ? Number(answer.value.headers.get('retry-after')) : 0;
  if (said > 0) return Math.min(said * 1_000, longestWaitMs);
  return Math.min(delayMs * 2 ** (attempt - 1), longestWaitMs) * (1 - Math.random() / 2);
}
