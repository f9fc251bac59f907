import type { Insertable } from 'kysely';
import type { Tx } from './connect.ts';
import type { Database } from './schema.ts';

export async function insertFeedback(tx: Tx, feedback: Insertable<Database['feedback']>): Promise<void> {
  await tx.insertInto('feedback').values(feedback).execute();
}
