import { batchStatements } from '@learning-loop/db/client/batched-statements';
import type { Db } from '@learning-loop/db/connect';
import {
  findByText,
  findInteractions,
  type InteractionKey,
  type InteractionWithSelection,
} from '@learning-loop/db/loop/interactions';
import { asTenant } from '@learning-loop/db/transactions';
import { HttpError } from '@learning-loop/service/errors';

export interface SelectionRequest {
  user_id: string;
  input_text: string;
  interaction_id?: string;
  hypothesis_id: string | null;
}

const mostOfOneText = 20;

export interface InteractionLoader {
  db: Db;
  find(key: InteractionKey): Promise<InteractionWithSelection | undefined>;
}

/** Looks interactions up by id, those asked for at the same time together. */
export function createInteractionLoader(db: Db): InteractionLoader {
  return { db, find: batchStatements((keys: InteractionKey[]) => findInteractions(db, keys)) };
}

/**
 * The interaction that a pick is about: open, or closed by this very pick.
 * Throws 404 when there is none, 409 when it was closed by another pick.
 */
export async function findSelectableInteraction(
  { db, find }: InteractionLoader,
  tenantId: string,
  pick: SelectionRequest,
): Promise<InteractionWithSelection> {
  const candidates = pick.interaction_id
    ? await byId(find, tenantId, pick, pick.interaction_id)
    : await asTenant(db, tenantId, (tx) =>
        findByText(tx, { tenantId, userId: pick.user_id, text: pick.input_text, limit: mostOfOneText }),
      );
  const [newest] = candidates;
  if (!newest) throw notFound(pick);
  const choice = candidates.find(
    (candidate) => candidate.event_id === null || isSameSelection(candidate, pick),
  );
  if (!choice) throw selectionConflict(newest);
  requireHypothesis(choice, pick.hypothesis_id);
  return choice;
}

async function byId(
  find: InteractionLoader['find'],
  tenant_id: string,
  pick: SelectionRequest,
  interaction_id: string,
): Promise<InteractionWithSelection[]> {
  const choice = await find({ tenant_id, interaction_id });
  if (!choice || choice.user_id !== pick.user_id) return [];
  if (choice.input_text === pick.input_text) return [choice];
  throw new HttpError(
    422,
    'input_text_differs',
    `input_text is not the text of interaction ${interaction_id}; send the text that was hypothesized.`,
  );
}

/** Whether this pick has been made already: then it is a retry, and gets the same answer. */
export function isSameSelection(choice: InteractionWithSelection, pick: SelectionRequest): boolean {
  return choice.event_id !== null && choice.selected_id === pick.hypothesis_id;
}

export function selectionConflict({ interaction_id, selected_id }: InteractionWithSelection): HttpError {
  const made = selected_id === null ? '"none of these"' : selected_id;
  return new HttpError(
    409,
    'already_picked',
    `The pick for interaction ${interaction_id} was ${made} and stands; call /v1/hypothesize for a new choice.`,
  );
}

export function notFound(pick: SelectionRequest): HttpError {
  const what = pick.interaction_id
    ? `interaction ${pick.interaction_id}`
    : 'interaction with this input_text';
  return new HttpError(
    404,
    'no_such_interaction',
    `This user has no ${what}; call /v1/hypothesize first and send its interaction_id.`,
  );
}

function requireHypothesis(
  { hypotheses, interaction_id }: InteractionWithSelection,
  id: string | null,
): void {
  if (id === null || hypotheses.some((hypothesis) => hypothesis.id === id)) return;
  const ids = hypotheses.map((hypothesis) => hypothesis.id).join(', ');
  throw new HttpError(
    404,
    'no_such_hypothesis',
    `Interaction ${interaction_id} showed ${ids}; send one of these, or null for none of them.`,
  );
}
