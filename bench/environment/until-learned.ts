import { setTimeout } from 'node:timers/promises';
import type { Db } from '@learning-loop/db/connect';
import { sql } from 'kysely';

const everyMs = 10;

/** Resolves when all that was accepted is learned. It asks whether anything is left, not how much: that takes Postgres time. */
export async function untilLearned(db: Db): Promise<void> {
  while (await anyOwed(db)) await setTimeout(everyMs);
}

async function anyOwed(db: Db): Promise<boolean> {
  const { rows } = await sql<{ owed: boolean }>`select exists (select from outbox) as owed`.execute(db);
  return rows[0]?.owed ?? false;
}
