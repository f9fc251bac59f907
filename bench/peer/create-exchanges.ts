import { type Random, requestText } from '../rank-load.ts';
import type { Exchange } from './exchange.ts';
import type { Loop } from './loop.ts';

/** An exchange whose interaction is stored, and waits for its pick. */
export interface Asked extends Exchange {
  interaction_id: string;
  hypothesis_id: string;
}

interface Shown {
  interaction_id: string;
  hypotheses: { id: string; question: string }[];
}

const perUser = 10;

/** Asks for so many things, ten a user; one of the hypotheses that come back is the right one. No two are alike. */
export async function askFor(loop: Loop, count: number, round: number, random: Random): Promise<Asked[]> {
  const users = count / perUser;
  const wishes = Array.from({ length: count }, (_, n) => ({
    user_id: `round-${round}-user-${n % users}`,
    input_text: `${requestText(random)} for client ${n}`,
  }));
  const shown = await Promise.all(wishes.map((wish) => hypothesize(loop, wish)));
  return shown.map(({ interaction_id, hypotheses, ...wish }) => {
    const { id, question } = random(hypotheses);
    return { ...wish, interaction_id, question, hypothesis_id: id };
  });
}

async function hypothesize<Wish extends object>({ url, app }: Loop, wish: Wish): Promise<Wish & Shown> {
  const response = await fetch(`${url}/v1/hypothesize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...app },
    body: JSON.stringify(wish),
  });
  if (!response.ok) throw new Error(`hypothesize answered ${response.status}: ${await response.text()}`);
  const { interaction_id, hypotheses } = (await response.json()) as Shown;
  return { ...wish, interaction_id, hypotheses };
}
