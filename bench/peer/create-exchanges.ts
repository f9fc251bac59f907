import { generateRequestText, type Random } from '../rank-load.ts';
import type { Exchange } from './exchange.ts';
import type { Loop } from './loop.ts';

/** Its interaction is open. */
export interface OpenExchange extends Exchange {
  interaction_id: string;
  hypothesis_id: string;
}

interface Hypothesized {
  interaction_id: string;
  hypotheses: { id: string; question: string }[];
}

const perUser = 10;

/** Hypothesizes `count` distinct requests, ten by each user; a random hypothesis is the right one. */
export async function createExchanges(
  loop: Loop,
  count: number,
  round: number,
  random: Random,
): Promise<OpenExchange[]> {
  const users = count / perUser;
  const requests = Array.from({ length: count }, (_, n) => ({
    user_id: `round-${round}-user-${n % users}`,
    input_text: `${generateRequestText(random)} for client ${n}`,
  }));
  const hypothesized = await Promise.all(requests.map((request) => hypothesize(loop, request)));
  return hypothesized.map(({ interaction_id, hypotheses, ...request }) => {
    const { id, question } = random(hypotheses);
    return { ...request, interaction_id, question, hypothesis_id: id };
  });
}

async function hypothesize<Wish extends object>(
  { url, app }: Loop,
  request: Wish,
): Promise<Wish & Hypothesized> {
  const response = await fetch(`${url}/v1/hypothesize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...app },
    body: JSON.stringify(request),
  });
  if (!response.ok) throw new Error(`hypothesize answered ${response.status}: ${await response.text()}`);
  const { interaction_id, hypotheses } = (await response.json()) as Hypothesized;
  return { ...request, interaction_id, hypotheses };
}
