import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../connect.ts';

const lookEveryMs = 20;

/**
 * Resolves when every transaction that is under way now has ended: from then on all others have seen what is
 * committed now. Throws after `atMostMs`.
 */
export async function olderTransactionsEnded(db: Db, atMostMs: number): Promise<void> {
  let left = await underWay(db);
  await until('older transactions', atMostMs, async () => {
    const still = new Set(await underWay(db));
    left = left.filter((id) => still.has(id));
    return left.length === 0;
  });
}

/** Resolves when no build that began before `before` is running. Throws after `atMostMs`. */
export async function buildsEnded(db: Db, before: Date, atMostMs: number): Promise<void> {
  await until('a dataset that is being built', atMostMs, async () => {
    const running = db.selectFrom('dataset_builds').select('build_id').where('status', '=', 'running');
    return (await running.where('started_at', '<=', before).executeTakeFirst()) === undefined;
  });
}

async function until(what: string, atMostMs: number, isOver: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + atMostMs; !(await isOver()); await setTimeout(lookEveryMs))
    if (Date.now() > end) throw new Error(`waited ${atMostMs} ms for ${what}`);
}

/** Every transaction holds a lock on its own virtual id, from its beginning to its end. */
async function underWay(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select locks.virtualtransaction as id from pg_locks as locks
    join pg_stat_activity as activity using (pid)
    where locks.locktype = 'virtualxid' and activity.datname = current_database()
      and pid <> pg_backend_pid()`.execute(db);
  return rows.map(({ id }) => id);
}
