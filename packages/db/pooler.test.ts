import { pgbouncerForTest } from '@learning-loop/testing/database/pgbouncer';
import { databaseForTest, emptyDatabaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb } from './connect.ts';
import { insertEvents, loadPending, settle } from './loop/outbox.ts';
import { outboxDepth } from './loop/outbox-backlog.ts';
import { migrate, migrateFirst } from './migrate.ts';

// Where there is no pgbouncer, the first test installs it.
test('works through a pooler in transaction mode, over TLS, with more clients than it has connections', {
  timeout: 300_000,
}, async () => {
  const pooler = await pgbouncerForTest(await databaseForTest());
  onTestFinished(() => pooler[Symbol.asyncDispose]());
  await using db = connectDb(pooler.url, { max: 20, serverTimeoutMs: 30_000, role: 'learning_loop_tenant' });
  await Promise.all([migrate(db), migrate(db)]);
  const limits = await db.transaction().execute((tx) =>
    sql`
      select current_setting('idle_in_transaction_session_timeout') as idle, current_setting('lock_timeout') as lock,
        current_setting('statement_timeout') as statement`.execute(tx),
  );
  expect(limits.rows).toEqual([{ idle: '6s', lock: '10s', statement: '1min' }]);
  const events = Array.from({ length: 40 }, () => selection());
  const accept = (event: (typeof events)[number]) =>
    db.transaction().execute((tx) => insertEvents(tx, [{ name: 'hypothesis.selected', event }]));
  await Promise.all(events.map(accept));
  const ids = events.map(({ event_id }) => event_id);
  for (const consumer of ['training-log', 'memory', 'persona'] as const) {
    const learn = (id: string) =>
      db.transaction().execute(async (tx) => {
        expect(await loadPending(tx, consumer, [id])).toHaveLength(1);
        return settle(tx, consumer, [id]);
      });
    expect((await Promise.all(ids.map(learn))).flat()).toHaveLength(40);
  }
  expect((await outboxDepth(db)).pending).toBe(0);
});

test('missing migrations are reported, not applied, through a pooler, whose sessions lose locks', async () => {
  const direct = await emptyDatabaseForTest();
  const pooler = await pgbouncerForTest(direct);
  onTestFinished(() => pooler[Symbol.asyncDispose]());
  await using db = connectDb(pooler.url);
  await expect(migrate(db)).rejects.toThrow(
    /lacks the migrations 0001-the-loop, .*run apps\/gateway\/migrate\.ts/u,
  );
  await migrateFirst(direct);
  await Promise.all(Array.from({ length: 8 }, () => migrate(db)));
});

test('the certificate of the server is checked', async () => {
  const pooler = await pgbouncerForTest(await databaseForTest());
  onTestFinished(() => pooler[Symbol.asyncDispose]());
  const url = new URL(pooler.url);
  url.searchParams.delete('sslrootcert');
  await using db = connectDb(url.href);
  await expect(outboxDepth(db)).rejects.toThrow('self-signed certificate');
  await expect(migrate(db)).rejects.toThrow(
    /^The certificate of PostgreSQL is signed by nobody known [^\n]+\.$/,
  );
  url.searchParams.set('sslmode', 'no-verify');
  await using unchecked = connectDb(url.href);
  expect(await outboxDepth(unchecked)).toMatchObject({ pending: 0 });
});
