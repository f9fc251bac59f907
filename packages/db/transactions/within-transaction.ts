import type { Db, Tx } from '../connect.ts';

/** Runs `work` in the transaction that `db` is, or in one of its own. */
export async function withinTransaction<T>(db: Db | Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  return isTransaction(db) ? await work(db) : await db.transaction().execute(work);
}

const isTransaction = (db: Db | Tx): db is Tx => db.isTransaction;
