import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { connectDb, type Db } from '../connect.ts';
import { requireSession, withAdvisoryLock } from '../transactions.ts';

// A process to be frozen while it holds a row or an advisory lock. It prints when it has it, and when it goes on after it
// was frozen: what it then gets to hear, and that it can work again.
const [databaseUrl = '', kind] = process.argv.slice(2);
const leaseMs = 2_000;
await using db = connectDb(databaseUrl, { name: 'holder' });
const print = (text: string) => void process.stdout.write(`${text}\n`);
const continued = Promise.withResolvers<void>();
process.on('SIGCONT', () => continued.resolve());
/** Signals alone keep no process. */
const staying = new AbortController();
void setTimeout(60_000, undefined, { signal: staying.signal }).catch(() => undefined);

async function holdRow(): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select from user_settings for update`.execute(tx);
    print('held');
    await continued.promise;
    await sql`update user_settings set training_opt_out = true`.execute(tx);
  });
}

async function holdLock(connection: Db): Promise<void> {
  print('held');
  await continued.promise;
  await requireSession(connection);
}

const holding = kind === 'row' ? holdRow() : withAdvisoryLock(db, 'held', holdLock, leaseMs);
print(
  await holding.then(
    () => 'kept',
    (error: unknown) => `lost: ${error}`,
  ),
);
const { rows } = await sql<{ one: number }>`select 1 as one`.execute(db);
print(`works: ${rows[0]?.one}`);
staying.abort();
