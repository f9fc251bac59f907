import type { Notice } from '@learning-loop/db/outbox';
import { acceptPicks, type Pick } from '@learning-loop/db/selections';
import { groupCommit } from '@learning-loop/queue/group-commit';
import { choiceCounter } from './choice-metrics.ts';
import type { Gateway } from './gateway.ts';

type Waiting = Pick & { answered: PromiseWithResolvers<boolean> };

const mostAtOnce = 200;
const statementsAtOnce = 2;

/**
 * Accepts picks for good: one that resolves true is learned whatever crashes. False, and nothing happens, when its
 * interaction has a pick already. Picks that come while others are written share the next statement and its fsync.
 */
export function acceptor(gateway: Gateway): (pick: Pick) => Promise<boolean> {
  const count = choiceCounter(gateway.metrics);
  const group = groupCommit<Waiting>((batch) => acceptTogether(gateway, batch, count), {
    limit: mostAtOnce,
    lanes: statementsAtOnce,
  });
  return (pick) => {
    const answered = Promise.withResolvers<boolean>();
    group.add({ ...pick, answered });
    return answered.promise;
  };
}

async function acceptTogether(
  gateway: Gateway,
  batch: Waiting[],
  count: ReturnType<typeof choiceCounter>,
): Promise<void> {
  try {
    const accepted = await acceptPicks(gateway.db, batch);
    announce(
      gateway,
      [...accepted].map((event_id) => ({ event: 'hypothesis.selected', event_id })),
    );
    for (const { event, answered } of batch) {
      if (accepted.has(event.event_id)) count(event);
      answered.resolve(accepted.has(event.event_id));
    }
  } catch (error) {
    for (const { answered } of batch) answered.reject(error);
  }
}

/** Tells the consumers now rather than at the next sweep; when the queue is away, the sweep will do. */
export function announce({ publisher, log }: Gateway, notices: Notice[]): void {
  if (notices.length === 0) return;
  publisher.publish(notices).catch((error: unknown) => log.debug({ err: error }, 'left_to_sweeper'));
}
