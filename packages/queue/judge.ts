import { loadPending } from '@learning-loop/db/loop/outbox';
import type { Consumer } from '@learning-loop/events/routes';
import { bury } from './bury.ts';
import { count, type Pupil, undisturbed } from './consumer/consumer-context.ts';
import type { Delivery } from './consumer/deliver.ts';
import { isConflict, isOutage, PermanentError, RetryLater } from './errors.ts';

/** Decides on the one event whose learning failed. */
export async function judge<C extends Consumer>(
  pupil: Pupil<C>,
  delivery: Delivery,
  error: unknown,
): Promise<void> {
  const { event_id, attempt, attempts, answer } = delivery;
  try {
    const [row] = await undisturbed(pupil, () => loadPending(pupil.db, pupil.consumer, [event_id]));
    if (!row) return answer({ done: true });
    if (error instanceof PermanentError || (attempt >= attempts && !(error instanceof RetryLater))) {
      await bury(pupil, row, error, attempt);
      return answer({ done: true });
    }
    count(pupil.metrics, pupil.consumer, row, error instanceof RetryLater ? 'later' : 'retried');
    if (error instanceof RetryLater) return answer({ laterMs: error.ms });
    pupil.log.warn({ event_id, event: row.event, attempt, attempts, err: error }, 'event_retried');
    answer({ failed: error });
  } catch (failed) {
    // A shutdown: somebody else will have it at once.
    if (isOutage(failed) || isConflict(failed)) return answer({ laterMs: 0 });
    pupil.log.error({ event_id, err: failed }, 'event_not_buried');
    answer({ failed });
  }
}
