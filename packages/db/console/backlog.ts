import type { Consumer } from '@learning-loop/events/routes';
import { sql } from 'kysely';
import type { Db } from '../connect.ts';

/** What one consumer still owes, and for how long the oldest of it has waited, in ms. */
export interface Owed {
  consumer: Consumer;
  pending: number;
  oldest_ms: number;
}

/** Consumers that owe nothing are absent. */
export async function owedByConsumer(db: Db): Promise<Owed[]> {
  const { rows } = await sql<Owed>`
    select consumer, count(*)::int as pending,
      (extract(epoch from clock_timestamp() - min(created_at)) * 1000)::float8 as oldest_ms
    from outbox, unnest(pending) as consumer group by consumer`.execute(db);
  return rows;
}

/** How many events each consumer gave up on, of one tenant or of all; those without any are absent. */
export async function deadByConsumer(
  db: Db,
  tenantId?: string,
): Promise<{ consumer: Consumer; dead: number }[]> {
  const letters = db
    .selectFrom('dead_letters')
    .select(['consumer', sql<number>`count(*)::int`.as('dead')])
    .groupBy('consumer');
  return await (tenantId === undefined ? letters : letters.where('tenant_id', '=', tenantId)).execute();
}

/** What a dead letter holds, which may be personal; undefined when the tenant has no such letter. */
export async function deadLetterPayload(db: Db, tenantId: string, id: string): Promise<unknown> {
  const letter = await db
    .selectFrom('dead_letters')
    .select('payload')
    .where('tenant_id', '=', tenantId)
    .where('dead_letter_id', '=', id)
    .executeTakeFirst();
  return letter?.payload;
}
