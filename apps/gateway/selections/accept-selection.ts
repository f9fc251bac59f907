import { batchStatements } from '@learning-loop/db/client/batched-statements';
import type { EventRef } from '@learning-loop/db/loop/outbox';
import { insertSelections, type NewSelection } from '@learning-loop/db/loop/selections';
import type { HypothesisSelected } from '@learning-loop/events/event';
import { traceAcceptance } from '@learning-loop/service/observability/tracing';
import { Counter, type Registry } from 'prom-client';
import type { GatewayContext } from '../context.ts';

/** Counts accepted picks by model and outcome: the rates that say whether the guesses get better. */
function createSelectionCounter(registry: Registry): (event: HypothesisSelected) => void {
  const choices = new Counter({
    name: 'learning_loop_choices_total',
    help: 'Accepted picks: of the first place, of another one, or of none; advanced automatically or not.',
    labelNames: ['model', 'outcome', 'auto_advanced'],
    registers: [registry],
  });
  return ({ model_id, hypotheses, selected_id, auto_advanced }) => {
    const picked = hypotheses.find(({ id }) => id === selected_id);
    const outcome = picked === undefined ? 'none' : picked.position === 1 ? 'first' : 'other';
    choices.inc({ model: model_id, outcome, auto_advanced: String(auto_advanced) });
  };
}

/**
 * Accepts picks for good: one that resolves true is learned whatever crashes. False, and nothing happens, when its
 * interaction has a pick already. Picks that come while others are written share the next statement and its fsync.
 */
export function createSelectionWriter(gateway: GatewayContext): (pick: NewSelection) => Promise<boolean> {
  const count = createSelectionCounter(gateway.metrics);
  const accept = batchStatements(async (picks: NewSelection[]) => {
    const accepted = await insertSelections(gateway.db, picks);
    const first = picks.filter(({ event }) => accepted.has(event.event_id));
    publishEvents(
      gateway,
      first.map(({ event: { event_id } }) => ({ event: 'hypothesis.selected', event_id })),
    );
    for (const { event } of first) count(event);
    return picks.map(({ event }) => accepted.has(event.event_id));
  });
  return async (pick) => {
    const accepted = await accept(pick);
    if (accepted) traceAccepted(pick.event);
    return accepted;
  };
}

function traceAccepted({ event_id, occurred_at, interaction_id, model_id }: HypothesisSelected): void {
  const attributes = { interaction_id, model_id };
  const times = { from: Date.parse(occurred_at), to: Date.now() };
  traceAcceptance(event_id, { name: 'accept the pick', ...times, attributes });
}

/** Tells the consumers now rather than at the next sweep; when the queue is away, the sweep will do. */
export function publishEvents({ publisher, log }: GatewayContext, notices: EventRef[]): void {
  if (notices.length === 0) return;
  publisher.publish(notices).catch((error: unknown) => log.debug({ err: error }, 'left_to_sweeper'));
}
