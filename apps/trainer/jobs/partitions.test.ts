import { connectDb } from '@learning-loop/db/connect';
import { listPartitions, startOfMonth } from '@learning-loop/db/ddl/partitions';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { maintainPartitions } from './retention.ts';

test('makes the partitions of three months to come and says so once', async () => {
  await using db = connectDb(await databaseForTest());
  const said: string[] = [];
  const log = pino({}, { write: (line) => void said.push(line) });
  const before = (await listPartitions(db)).length;
  const later = startOfMonth(new Date(), 2);
  for (let replica = 0; replica < 3; replica += 1) await maintainPartitions({ log }, db, later);
  expect(await listPartitions(db)).toHaveLength(before + 2);
  expect(said).toHaveLength(1);
  expect(JSON.parse(said[0] ?? '')).toMatchObject({
    msg: 'partitions_made',
    partitions: [expect.stringMatching(/^interactions_20\d\d_\d\d$/u), expect.any(String)],
  });
});
