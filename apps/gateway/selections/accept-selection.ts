import { batchStatements } from '@learning-loop/db/client/batched-statements';
import type { EventRef } from '@learning-loop/db/loop/outbox';
import { insertSelections, type NewSelection } from '@learning-loop/db/loop/selections';
import { traceAcceptance } from '@learning-loop/service/observability/tracing';
import { Counter, type Registry } from 'prom-client';
import type { GatewayContext } from '../context.ts';

function createSelectionCounter(registry: Registry): (event: NewSelection['event']) => void {
  const counter = new Counter({
    name: 'learning_loop_choices_total',
    help: 'Accepted picks: of the first place, of another one, or of none; advanced automatically or not.',
    labelNames: ['model', 'outcome', 'auto_advanced'],
    registers: [registry],
  });
  return ({ model_id, hypotheses, selected_id, auto_advanced }) => {
    const selected = hypotheses.find(({ id }) => id === selected_id);
    const outcome = selected === undefined ? 'none' : selected.position === 1 ? 'first' : 'other';
    counter.inc({ model: model_id, outcome, auto_advanced: String(auto_advanced) });
  };
}

/**
 * Resolves true once the selection is durable; it will be learned whatever crashes. Resolves false, without effect,
 * if the interaction has a selection. Concurrent selections share a statement and its fsync.
 */
export function createSelectionWriter(
  gateway: GatewayContext,
): (selection: NewSelection) => Promise<boolean> {
  const count = createSelectionCounter(gateway.metrics);
  const accept = batchStatements(async (selections: NewSelection[]) => {
    const accepted = await insertSelections(gateway.db, selections);
    const inserted = selections.filter(({ event }) => accepted.has(event.event_id));
    publishEvents(
      gateway,
      inserted.map(({ event: { event_id } }) => ({ event: 'hypothesis.selected', event_id })),
    );
    for (const { event } of inserted) count(event);
    return selections.map(({ event }) => accepted.has(event.event_id));
  });
  return async (selection) => {
    const from = Date.now();
    const accepted = await accept(selection);
    if (accepted) traceAccepted(selection.event, from);
    return accepted;
  };
}

function traceAccepted({ event_id, interaction_id, model_id }: NewSelection['event'], from: number): void {
  const attributes = { interaction_id, model_id };
  traceAcceptance(event_id, { name: 'accept the pick', from, to: Date.now(), attributes });
}

/** Publishes without waiting for the next sweep, which covers failures. */
export function publishEvents({ publisher, log }: GatewayContext, refs: EventRef[]): void {
  if (refs.length === 0) return;
  publisher.publish(refs).catch((error: unknown) => log.debug({ err: error }, 'left_to_sweeper'));
}
