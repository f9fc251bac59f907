import type { Consumer } from '@learning-loop/events/routes';
import { sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import { withinTransaction } from '../transactions.ts';
import { type EventRef, type OutboxRow, settle } from './outbox.ts';

/** Sets an event aside for one consumer, with the reason. False when the consumer no longer owed it. */
export async function insertDeadLetter(
  tx: Tx,
  consumer: Consumer,
  row: OutboxRow,
  failure: { error: string; attempts: number },
): Promise<boolean> {
  const [settled] = await settle(tx, consumer, [row.event_id]);
  if (!settled) return false;
  const { event_id, event, tenant_id, user_id, payload } = row;
  await tx
    .insertInto('dead_letters')
    .values({ event_id, event, tenant_id, user_id, consumer, payload: JSON.stringify(payload), ...failure })
    .onConflict((conflict) =>
      conflict
        .columns(['event_id', 'consumer'])
        .doUpdateSet({ ...failure, last_failed_at: sql`clock_timestamp()` }),
    )
    .execute();
  return true;
}

/** The newest dead letters of a tenant, `limit` at most. */
export function listDeadLetters(db: Db, tenantId: string, limit: number) {
  return db
    .selectFrom('dead_letters')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('last_failed_at', 'desc')
    .limit(limit)
    .execute();
}

/**
 * Brings a dead letter back: the outbox owes it to its consumer again, and the letter is gone, in one transaction.
 * Null when there is no such letter (any more), so that of two replays at once one is a no-op.
 */
export async function replayDeadLetter(
  db: Db,
  tenantId: string,
  deadLetterId: string,
): Promise<(EventRef & { consumer: Consumer }) | null> {
  return withinTransaction(db, async (tx) => {
    const letter = await tx
      .deleteFrom('dead_letters')
      .where('tenant_id', '=', tenantId)
      .where('dead_letter_id', '=', deadLetterId)
      .returningAll()
      .executeTakeFirst();
    if (!letter) return null;
    const { event_id, event, tenant_id, user_id, consumer, payload } = letter;
    await sql`
      insert into outbox (event_id, event, tenant_id, user_id, payload, pending)
      values (${event_id}, ${event}, ${tenant_id}, ${user_id}, ${JSON.stringify(payload)}::jsonb, ${[consumer]})
      on conflict (event_id) do update set pending = array_append(outbox.pending, ${consumer})`.execute(tx);
    return { event_id, event, consumer };
  });
}
