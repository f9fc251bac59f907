import type { Consumer } from '@learning-loop/events/routes';
import { sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import { withinTransaction } from '../transactions.ts';
import { type EventRef, type OutboxRow, settle } from './outbox.ts';

/** False if the event is no longer pending for this consumer. */
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

export function listDeadLetters(db: Db, tenantId: string, limit: number) {
  return db
    .selectFrom('dead_letters')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('last_failed_at', 'desc')
    .limit(limit)
    .execute();
}

/** Makes the event pending again. Null if there is no such dead letter: of two concurrent replays one is a no-op. */
export async function replayDeadLetter(
  db: Db,
  tenantId: string,
  deadLetterId: string,
): Promise<(EventRef & { consumer: Consumer }) | null> {
  return withinTransaction(db, async (tx) => {
    const deadLetter = await tx
      .deleteFrom('dead_letters')
      .where('tenant_id', '=', tenantId)
      .where('dead_letter_id', '=', deadLetterId)
      .returningAll()
      .executeTakeFirst();
    if (!deadLetter) return null;
    const { event_id, event, tenant_id, user_id, consumer, payload } = deadLetter;
    await sql`
      insert into outbox (event_id, event, tenant_id, user_id, payload, pending)
      values (${event_id}, ${event}, ${tenant_id}, ${user_id}, ${JSON.stringify(payload)}::jsonb, ${[consumer]})
      on conflict (event_id) do update set pending = array_append(outbox.pending, ${consumer})`.execute(tx);
    return { event_id, event, consumer };
  });
}
