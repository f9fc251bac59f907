import { loadPending, settle } from '@learning-loop/db/loop/outbox';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { AlreadySettled } from '../errors.ts';
import { eventIds, personaUpdate, TestLoop } from '../testing/harness.ts';
import { type Handlers, processEvents } from './process-events.ts';

const open = async () => TestLoop.open({ databaseUrl: await databaseForTest() });

const process = (loop: TestLoop, ids: string[], handlers: Handlers<'training-log'>) =>
  processEvents({ db: loop.db, log: loop.log, consumer: 'training-log', handlers }, ids);

const idsOf = (rows: { event_id: string }[]) => rows.map(({ event_id }) => event_id);

test('each kind of event goes to its handler, and what cannot be read is left pending beside them', async () => {
  await using loop = await open();
  const ids = eventIds(await loop.accept(4, ['training-log']));
  const [selected = '', given = '', broken = '', unknown = ''] = ids;
  const feedback = `jsonb_build_object('schema_version', 1, 'event_id', event_id, 'tenant_id', 'default',
    'user_id', 'mona', 'interaction_id', event_id, 'occurred_at', '2026-01-01T00:00:00.000Z', 'type', 'rating', 'value', 5)`;
  await sql`update outbox set event = 'feedback.given', payload = ${sql.raw(feedback)} where event_id = ${given}`.execute(
    loop.db,
  );
  await sql`update outbox set payload = '{"no": "event"}' where event_id = ${broken}`.execute(loop.db);
  await sql`update outbox set event = 'user.praised' where event_id = ${unknown}`.execute(loop.db);
  const handled: [string, string[]][] = [];
  const note = (name: string) => async (events: { event_id: string }[]) =>
    void handled.push([name, idsOf(events)]);
  const result = await process(loop, ids, {
    'hypothesis.selected': note('selected'),
    'persona.updated': note('updated'),
    'feedback.given': note('given'),
  });
  expect(handled).toEqual([
    ['selected', [selected]],
    ['given', [given]],
  ]);
  expect([idsOf(result.processed), idsOf(result.settled)]).toEqual([
    [selected, given],
    [selected, given],
  ]);
  expect(result.unparsable.map(({ row, error }) => [row.event_id, error.message])).toEqual([
    [broken, expect.stringMatching(/^hypothesis\.selected/u)],
    [unknown, 'No handler for user.praised in this version.'],
  ]);
  expect(idsOf(await loadPending(loop.db, 'training-log', ids))).toEqual([broken, unknown]);
});

test('only a selection that nobody has pending any more is complete, and logged as such', async () => {
  await using loop = await open();
  const [last] = await loop.accept(1, ['training-log']);
  const [shared] = await loop.accept(1, ['training-log', 'memory']);
  const ids = [last, shared].map((ref) => ref?.event_id ?? '');
  const { rows } = await sql<{ event_id: string; interaction_id: string }>`
    select event_id, payload->>'interaction_id' as interaction_id from outbox where event_id = ${ids[0]}`.execute(
    loop.db,
  );
  const result = await process(loop, ids, {
    'hypothesis.selected': async (events, { logAfterCommit }) =>
      logAfterCommit('noted', { count: events.length }),
    'persona.updated': loop.effect('training-log'),
    'feedback.given': loop.effect('training-log'),
  });
  expect(result.processed).toHaveLength(2);
  expect(idsOf(result.settled)).toEqual([ids[0]]);
  expect(result.logs).toEqual([
    { name: 'noted', fields: { count: 2 } },
    { name: 'learning_loop_complete', fields: rows[0] },
  ]);
  expect(await loadPending(loop.db, 'memory', ids)).toMatchObject([
    { event_id: ids[1], pending: ['memory'] },
  ]);
});

test('other kinds of events are complete without a log', async () => {
  await using loop = await open();
  const [ref] = await loop.accept(1, ['persona']);
  const handle = loop.effect('training-log');
  const handlers = { 'hypothesis.selected': handle, 'persona.updated': handle, 'feedback.given': handle };
  const { emitted } = await processEvents(
    {
      ...{ db: loop.db, log: loop.log, consumer: 'persona' as const },
      handlers: {
        'hypothesis.selected': async (events, { emit }) => emit(...events.map(personaUpdate)),
        'feedback.given': async () => undefined,
      },
    },
    [ref?.event_id ?? ''],
  );
  expect(emitted).toEqual([{ event: 'persona.updated', event_id: expect.any(String) }]);
  const result = await process(loop, idsOf(emitted), handlers);
  expect([idsOf(result.settled), result.logs]).toEqual([idsOf(emitted), []]);
});

test('an event that somebody else settles in between rolls the whole batch back', async () => {
  await using loop = await open();
  const ids = eventIds(await loop.accept(2, ['training-log']));
  const handler: ReturnType<TestLoop['effect']> = async (events, context) => {
    await loop.effect('training-log')(events, context);
    await context.emit(
      ...(await loadPending(loop.db, 'training-log', ids)).map((row) => personaUpdate(row.payload as never)),
    );
    await loop.db.transaction().execute((tx) => settle(tx, 'training-log', ids.slice(0, 1)));
  };
  const handlers = { 'hypothesis.selected': handler, 'persona.updated': handler, 'feedback.given': handler };
  await expect(process(loop, ids, handlers)).rejects.toThrow(AlreadySettled);
  expect(await loop.effects('training-log')).toEqual([]);
  const { rows } = await sql<{ event_id: string }>`select event_id from outbox`.execute(loop.db);
  expect(rows, 'and nothing was emitted').toEqual([{ event_id: ids[1] }]);
});

test('what was settled before has no handler called, and nothing to say', async () => {
  await using loop = await open();
  const ids = eventIds(await loop.accept(1, ['memory']));
  const never = async () => {
    throw new Error('called');
  };
  const handlers = { 'hypothesis.selected': never, 'persona.updated': never, 'feedback.given': never };
  expect(await process(loop, ids, handlers)).toEqual({
    ...{ processed: [], settled: [], unparsable: [], emitted: [], logs: [] },
  });
});

test('an erasure waits for a batch that has read what it deletes', async () => {
  await using loop = await open();
  const ids = eventIds(await loop.accept(1, ['training-log']));
  const [read, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const handler = async () => {
    read.resolve();
    await go.promise;
  };
  const handlers = { 'hypothesis.selected': handler, 'persona.updated': handler, 'feedback.given': handler };
  const processing = process(loop, ids, handlers);
  await read.promise;
  const { rows } = await sql`select from pg_stat_activity
    where datname = current_database() and state = 'idle in transaction'`.execute(loop.db);
  expect(rows, 'the transaction that read it is open while the handler works').toHaveLength(1);
  go.resolve();
  await processing;
});

test('a prepared handler takes its time before the transaction, and applies what is still pending', async () => {
  await using loop = await open();
  const ids = eventIds(await loop.accept(3, ['training-log']));
  const [first = '', taken = '', last = ''] = ids;
  const applied: string[][] = [];
  let heartbeats = 0;
  const never = async () => undefined;
  const result = await processEvents(
    {
      ...{ db: loop.db, log: loop.log, consumer: 'training-log' },
      handlers: {
        'hypothesis.selected': {
          async prepare(events) {
            expect(idsOf(events)).toEqual(ids);
            const open = await sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
              where datname = current_database() and state like 'idle in transaction%'`.execute(loop.db);
            expect(open.rows).toEqual([{ count: 0 }]);
            await sql`delete from outbox where event_id = ${taken}`.execute(loop.db);
            return async (pending) => void applied.push(idsOf(pending));
          },
        },
        'persona.updated': never,
        'feedback.given': never,
      },
      heartbeat: () => {
        heartbeats += 1;
      },
    },
    ids,
  );
  expect(applied).toEqual([[first, last]]);
  expect(idsOf(result.processed)).toEqual([first, last]);
  expect(heartbeats).toBe(1);
});

test('of what is not pending nothing is prepared', async () => {
  await using loop = await open();
  const ids = eventIds(await loop.accept(1, ['memory']));
  const prepare = async (): Promise<never> => {
    throw new Error('prepared');
  };
  const never = async () => undefined;
  const handlers = { 'hypothesis.selected': { prepare }, 'persona.updated': never, 'feedback.given': never };
  expect((await process(loop, ids, handlers)).processed).toEqual([]);
});
