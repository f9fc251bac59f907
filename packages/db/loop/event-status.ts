import type { Consumer } from '@learning-loop/events/routes';
import type { Db } from '../connect.ts';

export interface LearningState {
  /** The consumers that still owe their effect. */
  pending: Consumer[];
  /** The consumers that gave up on it, with the error. */
  failed: { consumer: Consumer; error: string; dead_letter_id: string }[];
}

/** How far an accepted event has been learned; nothing pending and nothing failed means that it all has. */
export async function learningState(db: Db, eventId: string): Promise<LearningState> {
  const [owed, failed] = await Promise.all([
    db.selectFrom('outbox').select('pending').where('event_id', '=', eventId).executeTakeFirst(),
    db
      .selectFrom('dead_letters')
      .select(['consumer', 'error', 'dead_letter_id'])
      .where('event_id', '=', eventId)
      .execute(),
  ]);
  return { pending: owed?.pending ?? [], failed };
}
