import { sql } from 'kysely';
import { isOutdated } from '../client/prepared-client.ts';
import type { Db, Tx } from '../connect.ts';

/**
 * Runs `work` in a transaction that sees and reaches one tenant's rows, whatever its queries ask for: PostgreSQL's row
 * level security holds under a role that owns nothing. Costs one round trip more. `work` is done once more, in another
 * transaction, for each of its statements that a migration has outdated meanwhile.
 */
export async function asTenant<T>(db: Db, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await tenantTransaction(db, tenantId, work);
    } catch (error) {
      if (!isOutdated(error)) throw error;
    }
  }
}

async function tenantTransaction<T>(db: Db, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await db.transaction().execute(async (tx) => {
    await sql`
      select set_config('role', 'learning_loop_tenant', true),
        set_config('learning_loop.tenant', ${tenantId}, true)`.execute(tx);
    return await work(tx);
  });
}
