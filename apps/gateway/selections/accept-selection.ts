import type { Notice } from '@learning-loop/db/loop/outbox';
import { acceptPicks, type Pick } from '@learning-loop/db/loop/selections';
import type { HypothesisSelected } from '@learning-loop/events/hypothesis-selected';
import { traceAcceptance } from '@learning-loop/service/observability/event-trace';
import { choiceCounter } from '../choice-metrics.ts';
import type { Gateway } from '../context.ts';
import { shared, together } from '../http/together.ts';

/**
 * Accepts picks for good: one that resolves true is learned whatever crashes. False, and nothing happens, when its
 * interaction has a pick already. Picks that come while others are written share the next statement and its fsync.
 */
export function acceptor(gateway: Gateway): (pick: Pick) => Promise<boolean> {
  const count = choiceCounter(gateway.metrics);
  const accept = together(async (picks: Pick[]) => {
    const accepted = await acceptPicks(gateway.db, picks);
    const first = picks.filter(({ event }) => accepted.has(event.event_id));
    announce(
      gateway,
      first.map(({ event: { event_id } }) => ({ event: 'hypothesis.selected', event_id })),
    );
    for (const { event } of first) count(event);
    return picks.map(({ event }) => accepted.has(event.event_id));
  }, shared);
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
export function announce({ publisher, log }: Gateway, notices: Notice[]): void {
  if (notices.length === 0) return;
  publisher.publish(notices).catch((error: unknown) => log.debug({ err: error }, 'left_to_sweeper'));
}
