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

const maxSameText = 20;

export interface InteractionLoader {
  db: Db;
  find(key: InteractionKey): Promise<InteractionWithSelection | undefined>;
}

/** Batches concurrent lookups. */
export function createInteractionLoader(db: Db): InteractionLoader {
  return { db, find: batchStatements((keys: InteractionKey[]) => findInteractions(db, keys)) };
}

/**
 * Returns an interaction that is open, or closed by the same selection. Throws 404 if there is none, 409 if it was
 * closed by another selection.
 */
export async function findSelectableInteraction(
  { db, find }: InteractionLoader,
  tenantId: string,
  request: SelectionRequest,
): Promise<InteractionWithSelection> {
  const interactions = request.interaction_id
    ? await findById(find, tenantId, request, request.interaction_id)
    : await asTenant(db, tenantId, (tx) =>
        findByText(tx, { tenantId, userId: request.user_id, text: request.input_text, limit: maxSameText }),
      );
  const [newest] = interactions;
  if (!newest) throw notFound(request);
  const interaction = interactions.find(
    (interaction) => interaction.event_id === null || isSameSelection(interaction, request),
  );
  if (!interaction) throw selectionConflict(newest);
  requireHypothesis(interaction, request.hypothesis_id);
  return interaction;
}

async function findById(
  find: InteractionLoader['find'],
  tenant_id: string,
  request: SelectionRequest,
  interaction_id: string,
): Promise<InteractionWithSelection[]> {
  const interaction = await find({ tenant_id, interaction_id });
  if (!interaction || interaction.user_id !== request.user_id) return [];
  if (interaction.input_text === request.input_text) return [interaction];
  throw new HttpError(
    422,
    'input_text_differs',
    `input_text is not the text of interaction ${interaction_id}; send the text that was hypothesized.`,
  );
}

/** A retry, which gets the same response. */
export function isSameSelection(interaction: InteractionWithSelection, request: SelectionRequest): boolean {
  return interaction.event_id !== null && interaction.selected_id === request.hypothesis_id;
}

export function selectionConflict({ interaction_id, selected_id }: InteractionWithSelection): HttpError {
  const previous = selected_id === null ? '"none of these"' : selected_id;
  return new HttpError(
    409,
    'already_picked',
    `The pick for interaction ${interaction_id} was ${previous} and stands; call /v1/hypothesize for a new choice.`,
  );
}

export function notFound(request: SelectionRequest): HttpError {
  const what = request.interaction_id
    ? `interaction ${request.interaction_id}`
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
