import type { Db } from '@learning-loop/db/connect';
import { partitionInteractions } from '@learning-loop/db/ddl/convert-to-partitions';
import { analyzeWhole, makePartitionsAhead } from '@learning-loop/db/ddl/partitions';
import type { Service } from '@learning-loop/service/service';

/** Makes the partitions of `interactions` for the months after `now`. Any number of replicas may do so. */
export async function keepPartitions(
  { log }: Pick<Service<unknown>, 'log'>,
  db: Db,
  now: Date,
): Promise<void> {
  // Again, where the process that began with it at its start was killed.
  if (!(await partitionInteractions(db, now))) log.warn('interactions_not_partitioned');
  const made = await makePartitionsAhead(db, now);
  if (made.length > 0) log.info({ partitions: made }, 'partitions_made');
  await analyzeWhole(db);
}
