import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { connectDb } from './connect.ts';

test.for([
  { serverTimeoutMs: 5_000, left: 3 },
  { serverTimeoutMs: undefined, left: 0 },
])(
  'of three connections idle for a minute, $left stay with a server timeout of $serverTimeoutMs ms',
  async ({ serverTimeoutMs, left }) => {
    const url = await databaseForTest();
    await using watching = connectDb(url);
    await using db = connectDb(url, { name: 'watched', ...(serverTimeoutMs && { serverTimeoutMs }) });
    const open = async () => {
      const { rows } = await sql<{ pid: number }>`
      select pid from pg_stat_activity where datname = current_database() and application_name = 'watched'
      order by pid`.execute(watching);
      return rows.map(({ pid }) => pid);
    };
    await open();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.2)`.execute(db)));
      const before = await open();
      expect(before).toHaveLength(3);
      vi.advanceTimersByTime(60_000);
      await sql`select 1`.execute(watching);
      vi.useRealTimers();
      await expect.poll(open, { timeout: 10_000 }).toEqual(before.slice(0, left));
    } finally {
      vi.useRealTimers();
    }
  },
);

test('the options of a URL are kept beside the role and the settings of the connection', async () => {
  const url = `${await databaseForTest()}?options=-c%20geqo=off%20-c%20jit=on&application_name=mine`;
  await using db = connectDb(url, { role: 'learning_loop_tenant', name: 'ours' });
  const { rows } = await sql`
    select current_user as role, current_setting('geqo') as geqo, current_setting('jit') as jit,
      current_setting('application_name') as name`.execute(db);
  expect(rows).toEqual([{ role: 'learning_loop_tenant', geqo: 'off', jit: 'off', name: 'mine' }]);
});
