import { databaseForTest, emptyDatabaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, test } from 'vitest';
import { describeQueue } from '../testing/conformance.ts';
import { describeErrors } from '../testing/error-conformance.ts';
import { openQueues } from './open.ts';

describeQueue('Postgres', async () => ({ databaseUrl: await databaseForTest() }));
describeErrors('Postgres', async () => ({ databaseUrl: await databaseForTest() }));

test('many processes may open the queues of a new database at once', async () => {
  const databaseUrl = await emptyDatabaseForTest();
  const errors: Error[] = [];
  const opening = Array.from({ length: 5 }, () =>
    openQueues({ databaseUrl }, ['memory'], (error) => errors.push(error)),
  );
  const opened = await Promise.all(opening);
  for (const queues of opened)
    await queues.get('memory').addBulk([{ name: 'hypothesis.selected', data: {} }]);
  const [first] = opened;
  expect(await first?.get('memory').getJobCounts('waiting')).toEqual({ waiting: 5 });
  for (const queues of opened) await queues.close();
  expect(errors).toEqual([]);
});
