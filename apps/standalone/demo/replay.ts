import { type Client, forEachConcurrent } from './client.ts';
import { showProgress } from './output.ts';
import type { RecordedSelection } from './selections-file.ts';

const USERS_AT_ONCE = 16;

export interface Accepted {
  user_id: string;
  interaction_id: string;
  event_id: string;
  /** Whether the selection was the first hypothesis. */
  rankedFirst: boolean;
}

/** Users run concurrently; the selections of one user run in order. */
export async function replay(client: Client, selections: RecordedSelection[]): Promise<Accepted[]> {
  const accepted: Accepted[] = [];
  const progress = showProgress('Replaying', selections.length);
  const users = Map.groupBy(selections, ({ user_id }) => user_id).values();
  await forEachConcurrent(users, USERS_AT_ONCE, async (userSelections) => {
    for (const selection of userSelections) {
      accepted.push(await replaySelection(client, selection));
      progress.step();
    }
  });
  return accepted;
}

async function replaySelection(client: Client, selection: RecordedSelection): Promise<Accepted> {
  const { user_id, input_text, candidates, selected_index } = selection;
  const { interaction_id, hypotheses } = await client.hypothesize({ user_id, input_text, candidates });
  const selectedText = selected_index === null ? null : candidates[selected_index];
  const hypothesis = hypotheses.find(({ question }) => question === selectedText) ?? null;
  if (selectedText !== null && hypothesis === null)
    throw new Error(`The answer to "${input_text}" of ${user_id} lacks the candidate "${selectedText}".`);
  const hypothesis_id = hypothesis?.id ?? null;
  const { event_id } = await client.execute({ user_id, input_text, interaction_id, hypothesis_id });
  return {
    user_id,
    interaction_id,
    event_id,
    rankedFirst: hypothesis !== null && hypothesis === hypotheses[0],
  };
}
