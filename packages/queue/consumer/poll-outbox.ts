import { backgroundLoop } from '@learning-loop/async/background-loop';
import { listPending } from '@learning-loop/db/loop/outbox-backlog';
import { withTransactionLock } from '@learning-loop/db/transactions';
import type { Consumer } from '@learning-loop/events/routes';
import { throttledLog } from '@learning-loop/service/log';
import type { RetryPolicy } from '../backend/backend.ts';
import { backoffMs } from '../backend/bullmq-options.ts';
import type { ConsumerContext, Delivery, JobOutcome } from './deliver.ts';

const everyMs = 1_000;
/** The queue may still deliver what was published just before it was full. */
const graceMs = 1_000;
/** Events of which each waits for its next attempt; with more, something else is wrong than the events. */
const mostWaiting = 5_000;

interface Attempt {
  attempt: number;
  /** As of performance.now(). */
  dueAt: number;
}

interface PollOptions {
  retryPolicy: RetryPolicy;
  /** Events in one round. */
  limit: number;
  /** Processes it with others in one batch. */
  enqueue(delivery: Delivery): void;
}

/**
 * While the queue is full, takes this consumer's events from the outbox itself, those longest there first. One process of
 * each consumer does at a time; duplicates from the queue do no harm, as always.
 */
export function pollOutbox<C extends Consumer>(
  context: ConsumerContext<C>,
  { retryPolicy, limit, enqueue }: PollOptions,
): AsyncDisposable {
  const { db, log, metrics, publisher, consumer, signal, heartbeat } = context;
  const attempts = new Map<string, Attempt>();

  async function run(): Promise<number> {
    const full = await publisher.full().catch(() => undefined);
    if (!full) {
      attempts.clear();
      return everyMs;
    }
    // Whatever the queue holds, its workers cannot take.
    heartbeat();
    const taken = await withTransactionLock(db, `poll ${consumer}`, learnRound);
    return taken === limit ? 0 : everyMs;
  }

  async function learnRound(): Promise<number> {
    const now = performance.now();
    const waiting = [...attempts].filter(([, { dueAt }]) => dueAt > now).map(([id]) => id);
    if (waiting.length > mostWaiting) return 0;
    const ids = await listPending(db, { consumer, olderThanMs: graceMs, limit, except: waiting });
    metrics.polled.inc({ consumer }, ids.length);
    await Promise.all(ids.map(learn));
    return ids.length;
  }

  async function learn(event_id: string): Promise<void> {
    const attempt = attempts.get(event_id)?.attempt ?? 1;
    const { promise, resolve } = Promise.withResolvers<JobOutcome>();
    enqueue({ event_id, attempt, attempts: retryPolicy.attempts, resolve });
    const next = toNextAttempt(await promise, attempt, retryPolicy);
    if (next) attempts.set(event_id, next);
    else attempts.delete(event_id);
  }

  const onError = throttledLog(log, 'outbox_not_polled');
  const loop = backgroundLoop(async () => (signal.aborted ? everyMs : await run()), { everyMs, onError });
  return loop;
}

function toNextAttempt(outcome: JobOutcome, attempt: number, retryPolicy: RetryPolicy): Attempt | undefined {
  if ('done' in outcome) return undefined;
  const now = performance.now();
  if ('laterMs' in outcome) return { attempt, dueAt: now + outcome.laterMs };
  return { attempt: attempt + 1, dueAt: now + backoffMs(retryPolicy, attempt) };
}
