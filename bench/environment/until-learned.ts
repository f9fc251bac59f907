import { setTimeout } from 'node:timers/promises';
import type { Db } from '@learning-loop/db/connect';
import { sql } from 'kysely';

const everyMs = 10;

/** Checks whether anything is pending; counting would cost Postgres time. */
export async function untilLearned(db: Db): Promise<void> {
  while (await hasPending(db)) await setTimeout(everyMs);
}

async function hasPending(db: Db): Promise<boolean> {
  const { rows } = await sql<{ owed: boolean }>`select exists (select from outbox) as owed`.execute(db);
  return rows[0]?.owed ?? false;
}
