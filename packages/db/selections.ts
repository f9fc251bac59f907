import type { Insertable } from 'kysely';
import type { Tx } from './connect.ts';
import type { Database } from './schema.ts';

/** Records a pick. False when the interaction has one already: the first pick stands. */
export async function insertSelection(
  tx: Tx,
  selection: Insertable<Database['selections']>,
): Promise<boolean> {
  const inserted = await tx
    .insertInto('selections')
    .values(selection)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'interaction_id']).doNothing())
    .returning('interaction_id')
    .executeTakeFirst();
  return inserted !== undefined;
}
