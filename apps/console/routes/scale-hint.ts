import type { QueueRow } from './schemas.ts';

type Seen = Pick<QueueRow, 'owed' | 'oldest_seconds' | 'per_second' | 'waiting' | 'dead'>;

const patience = { stillSeconds: 15, lateSeconds: 30, drainSeconds: 60 };

/** What a consumer's figures ask for, as a sentence. */
export function scaleHint({
  owed,
  oldest_seconds,
  per_second,
  waiting,
  dead,
}: Seen): Pick<QueueRow, 'hint' | 'level'> {
  const oldest = oldest_seconds ?? 0;
  if (waiting === null) return { level: 'bad', hint: 'The queue engine is away; events wait in the outbox.' };
  if (oldest > patience.stillSeconds && per_second === 0)
    return { level: 'bad', hint: 'Nothing is being learned. Is a worker running?' };
  const drain = per_second > 0 ? owed / per_second : 0;
  if (oldest > patience.lateSeconds && drain > patience.drainSeconds)
    return { level: 'attention', hint: `Add workers: at this pace the backlog takes ${inWords(drain)}.` };
  if (dead > 0) return { level: 'attention', hint: 'Gave up on some events; see the dead letters below.' };
  if (oldest > patience.lateSeconds) return { level: 'good', hint: `Catches up in about ${inWords(drain)}.` };
  return { level: 'good', hint: owed === 0 ? 'Has learned everything.' : 'Keeps up.' };
}

function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
