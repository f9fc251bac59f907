import { observeDatabaseTime } from '@learning-loop/events/clock';
import { type QueryExecutorProvider, sql } from 'kysely';

/** Now, by PostgreSQL's clock, to the millisecond. */
export async function readDatabaseTime(db: QueryExecutorProvider): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  const [answer] = rows;
  if (!answer) throw new Error('PostgreSQL did not tell the time');
  observeDatabaseTime(answer.now);
  return answer.now;
}
