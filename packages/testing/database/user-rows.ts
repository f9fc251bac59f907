import type { Db } from '@learning-loop/db/connect';
import { listUserTables, readUserRows } from '@learning-loop/db/privacy/user-data';
import type { UserKey } from '@learning-loop/events/ids';

/** All rows of a user, by table. */
export async function collectUserRows(db: Db, user: UserKey): Promise<Record<string, unknown[]>> {
  return await db.transaction().execute(async (tx) => {
    const rows: Record<string, unknown[]> = {};
    for (const table of await listUserTables(tx)) {
      const found: unknown[] = [];
      for await (const batch of readUserRows(tx, table, user))
        found.push(...batch.map((row) => JSON.parse(row)));
      rows[table] = found;
    }
    return rows;
  });
}
