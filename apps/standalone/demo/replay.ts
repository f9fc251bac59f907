import { type Client, forEachConcurrent } from './client.ts';
import { showProgress } from './output.ts';
import type { Choice } from './selections-file.ts';

const USERS_AT_ONCE = 16;

/** A choice that the API has accepted. */
export interface Accepted {
  user_id: string;
  interaction_id: string;
  event_id: string;
  /** What was picked stood first among the hypotheses. */
  rankedFirst: boolean;
}

/** Sends the choices as their users made them: users side by side, the choices of one user one after the other. */
export async function replay(client: Client, choices: Choice[]): Promise<Accepted[]> {
  const accepted: Accepted[] = [];
  const progress = showProgress('Replaying', choices.length);
  const users = Map.groupBy(choices, ({ user_id }) => user_id).values();
  await forEachConcurrent(users, USERS_AT_ONCE, async (own) => {
    for (const choice of own) {
      accepted.push(await choose(client, choice));
      progress.step();
    }
  });
  return accepted;
}

async function choose(client: Client, choice: Choice): Promise<Accepted> {
  const { user_id, input_text, candidates, selected_index } = choice;
  const { interaction_id, hypotheses } = await client.hypothesize({ user_id, input_text, candidates });
  const wanted = selected_index === null ? null : candidates[selected_index];
  const picked = hypotheses.find(({ question }) => question === wanted) ?? null;
  if (wanted !== null && picked === null)
    throw new Error(`The answer to "${input_text}" of ${user_id} lacks the candidate "${wanted}".`);
  const hypothesis_id = picked?.id ?? null;
  const { event_id } = await client.execute({ user_id, input_text, interaction_id, hypothesis_id });
  return { user_id, interaction_id, event_id, rankedFirst: picked !== null && picked === hypotheses[0] };
}
