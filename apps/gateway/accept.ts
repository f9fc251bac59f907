import type { Choice } from '@learning-loop/db/interactions';
import { insertEvents, type Notice } from '@learning-loop/db/outbox';
import type { Answer } from '@learning-loop/db/schema';
import { insertSelection } from '@learning-loop/db/selections';
import type { HypothesisSelected } from '@learning-loop/events/hypothesis-selected';
import type { Gateway } from './gateway.ts';

interface Pick {
  event_id: string;
  selected_id: string | null;
  auto_advanced: boolean;
  answer: Answer;
}

/**
 * Records the pick and owes its learning, in one transaction; from its commit on the pick is learned whatever
 * crashes. False, and nothing happens, when the interaction has a pick already.
 */
export async function accept(gateway: Gateway, choice: Choice, pick: Pick): Promise<boolean> {
  const selected_at = new Date();
  const accepted = await gateway.db.transaction().execute(async (tx) => {
    const { tenant_id, interaction_id, user_id } = choice;
    const answer = JSON.stringify(pick.answer);
    const first = await insertSelection(tx, {
      ...pick,
      tenant_id,
      interaction_id,
      user_id,
      selected_at,
      answer,
    });
    if (first)
      await insertEvents(tx, [{ name: 'hypothesis.selected', event: eventOf(choice, pick, selected_at) }]);
    return first;
  });
  if (accepted) announce(gateway, { event: 'hypothesis.selected', event_id: pick.event_id });
  return accepted;
}

/** Tells the consumers now rather than at the next sweep; when the queue is away, the sweep will do. */
export function announce({ publisher, log }: Gateway, notice: Notice): void {
  publisher.publish([notice]).catch((error: unknown) => log.debug({ err: error }, 'left_to_sweeper'));
}

function eventOf(choice: Choice, pick: Pick, selectedAt: Date): HypothesisSelected {
  const { tenant_id, user_id, interaction_id, input_text, media_type, model_id } = choice;
  return {
    schema_version: 1,
    event_id: pick.event_id,
    occurred_at: selectedAt.toISOString(),
    ...{ tenant_id, user_id, interaction_id, input_text, media_type, model_id },
    context: choice.context,
    hypotheses: choice.hypotheses,
    used_memories: choice.used_memories,
    selected_id: pick.selected_id,
    auto_advanced: pick.auto_advanced,
  };
}
