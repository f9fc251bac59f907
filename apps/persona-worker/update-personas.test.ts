import { connectDb, type Db } from '@learning-loop/db/connect';
import { insertEvents, loadPending } from '@learning-loop/db/loop/outbox';
import { findPersona } from '@learning-loop/db/users/personas';
import type { NamedEvent } from '@learning-loop/events/event';
import { minUuidAt, newId } from '@learning-loop/events/ids';
import { connectLlm } from '@learning-loop/llm/model';
import { processEvents } from '@learning-loop/queue/consumer/process-events';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { allowOnlyInserts } from '@learning-loop/testing/database/sessions-and-rights';
import { selection } from '@learning-loop/testing/selection';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createRuleHandlers } from './handlers.ts';

const log = pino({ level: 'silent' });
const rules = createRuleHandlers({
  llm: connectLlm({ impl: 'rules' }, log, new Registry()),
  windowMs: 2_000,
});

async function accept(db: Db, events: NamedEvent[]): Promise<string[]> {
  await db.transaction().execute((tx) => insertEvents(tx, events));
  return events.map(({ event }) => event.event_id);
}

const deliver = (db: Db, ids: string[]) =>
  processEvents({ db, log, consumer: 'persona', handlers: rules }, ids);
const selectionEvent = (fields: Parameters<typeof selection>[0]) => ({
  name: 'hypothesis.selected' as const,
  event: selection(fields),
});
const persona = (db: Db) => findPersona(db, 'default', 'ada');

test('a selection changes the facets, counts, and emits persona.updated to the training log', async () => {
  await using db = connectDb(await databaseForTest());
  const ids = await accept(db, [selectionEvent({ selected_id: 'h1' })]);
  const { emitted } = await deliver(db, ids);
  expect(await persona(db)).toMatchObject({ interaction_count: 1, facets: { concise: 0.52 } });
  const [event] = await loadPending(
    db,
    'training-log',
    emitted.map(({ event_id }) => event_id),
  );
  expect(event).toMatchObject({
    event: 'persona.updated',
    payload: {
      old_facets: { concise: 0.5 },
      new_facets: { concise: 0.52 },
      signals: { selected_hypothesis_id: 'h1', success: true },
      decided_by: 'rules',
    },
  });
});

test('an update is logged when it is committed, with what changed and who decided', async () => {
  await using db = connectDb(await databaseForTest());
  const event = selection({ selected_id: 'h1' });
  const ids = await accept(db, [{ name: 'hypothesis.selected', event }]);
  const { logs } = await deliver(db, ids);
  const { interaction_id } = event;
  expect(logs).toEqual([
    {
      name: 'persona_updated',
      fields: { interaction_id, facet_deltas: { concise: 0.02 }, decided_by: 'rules' },
    },
  ]);
});

test('a late event corrects the updates of its user, and none of the twin in another tenant', async () => {
  await using db = connectDb(await databaseForTest());
  const tenants = ['acme', 'acme2'];
  const at = (day: number, said: Parameters<typeof selection>[0]) =>
    selectionEvent({ ...said, occurred_at: `2026-01-0${day}T00:00:00.000Z` });
  const events = [
    ...tenants.map((tenant_id) => at(2, { tenant_id })),
    ...tenants.map((tenant_id) => at(5, { tenant_id })),
    // One of each is late: acme's is older than both, acme2's than the last one.
    at(1, { tenant_id: 'acme' }),
    at(4, { tenant_id: 'acme2' }),
  ];
  const ids = await accept(db, events);
  await deliver(db, ids.slice(0, 4));
  await deliver(db, ids.slice(4));
  const rows = await db.selectFrom('persona_updates').selectAll().orderBy('occurred_at').execute();
  const concise = (tenant: string) =>
    rows.flatMap(({ tenant_id, occurred_at, old_facets, new_facets }) =>
      tenant_id === tenant ? [[occurred_at.getUTCDate(), old_facets.concise, new_facets.concise]] : [],
    );
  const steps = [
    [0.5, 0.52],
    [0.52, 0.54],
    [0.54, 0.56],
  ];
  expect(concise('acme')).toEqual([1, 2, 5].map((day, n) => [day, ...(steps[n] ?? [])]));
  expect(concise('acme2')).toEqual([2, 4, 5].map((day, n) => [day, ...(steps[n] ?? [])]));
  for (const tenant of tenants)
    expect(await findPersona(db, tenant, 'ada')).toMatchObject({
      ...{ interaction_count: 3, facets: { concise: 0.56 }, moved_at: new Date('2026-01-05T00:00:00.000Z') },
    });
});

test.each([
  ['the first', [1], false],
  ['a later one', [3], false],
  ['one of the same millisecond as the last', [2], true],
  ['an earlier one beside a later one', [3, 1], true],
])('earlier updates are read and corrected only for what is out of order: %s', async (what, days, isRead) => {
  const url = await databaseForTest();
  await using owner = connectDb(url);
  await using db = connectDb(url, { role: 'learning_loop_persona' });
  const at = (day: number) => selectionEvent({ occurred_at: `2026-01-0${day}T00:00:00.000Z` });
  if (what !== 'the first') await deliver(owner, await accept(owner, [at(2)]));
  const ids = await accept(owner, days.map(at));
  await allowOnlyInserts(owner, 'persona_updates', 'learning_loop_persona');
  const outcome = await deliver(db, ids).catch((error: unknown) => error);
  expect(outcome).toMatchObject(isRead ? { code: '42501' } : { unparsable: [] });
});

test('the same event twice changes the facets once', async () => {
  await using db = connectDb(await databaseForTest());
  const ids = await accept(db, [selectionEvent({})]);
  await deliver(db, ids);
  const once = await persona(db);
  const second = await deliver(db, ids);
  expect(await persona(db)).toEqual(once);
  expect(second.emitted).toEqual([]);
});

test('selections of one batch add up in the order in which they happened', async () => {
  await using db = connectDb(await databaseForTest());
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const ids = await accept(
    db,
    [3, 1, 2].map((minute) => selectionEvent({ occurred_at: at(minute) })),
  );
  await deliver(db, ids);
  expect(await persona(db)).toMatchObject({ interaction_count: 3 });
  const updates = await db.selectFrom('persona_updates').selectAll().orderBy('occurred_at').execute();
  const concise = updates.flatMap(({ old_facets, new_facets }) => [old_facets.concise, new_facets.concise]);
  expect(concise).toEqual([0.5, 0.52, 0.52, 0.54, 0.54, 0.56]);
});

test('two replicas that update the same user at once lose no update', async () => {
  await using db = connectDb(await databaseForTest());
  const ids = await accept(
    db,
    Array.from({ length: 12 }, () => selectionEvent({})),
  );
  await Promise.all(
    [0, 1, 2, 3].map((part) =>
      deliver(
        db,
        ids.filter((_, n) => n % 4 === part),
      ),
    ),
  );
  expect((await persona(db))?.interaction_count).toBe(12);
  expect((await persona(db))?.facets.concise).toBeCloseTo(0.74);
});

test('feedback changes facets without counting as an interaction', async () => {
  await using db = connectDb(await databaseForTest());
  const { interaction_id, tenant_id, user_id, occurred_at } = selection();
  const given = {
    schema_version: 1 as const,
    event_id: newId(),
    interaction_id,
    tenant_id,
    user_id,
    occurred_at,
  };
  const ids = await accept(db, [
    { name: 'feedback.given', event: { ...given, type: 'comment', value: 'this is too brief' } },
  ]);
  await deliver(db, ids);
  const known = await persona(db);
  expect(known?.interaction_count).toBe(0);
  expect(known?.facets.concise).toBeLessThan(0.5);
});

/** Enough of the first to reach the bound, then some of the second, and so on. */
const selectedInTurn = Array.from({ length: 60 }, (_, n) => (Math.floor(n / 30) % 2 === 0 ? 'h1' : 'h2'));

async function processInBatches(db: Db, order: number[], batch: number) {
  const ids = await accept(
    db,
    order.map((n) => {
      const occurred = new Date(Date.UTC(2026, 0, 1, 0, Math.floor(n / 2)));
      const event_id = minUuidAt(occurred).slice(0, -12) + String(n).padStart(12, '0');
      return selectionEvent({
        ...{ event_id, occurred_at: occurred.toISOString() },
        selected_id: selectedInTurn[n] ?? null,
      });
    }),
  );
  for (let from = 0; from < ids.length; from += batch) await deliver(db, ids.slice(from, from + batch));
  const updates = await db
    .selectFrom('persona_updates')
    .select(['event_id', 'old_facets', 'new_facets'])
    .orderBy('event_id')
    .execute();
  const { facets, interaction_count, moved_at } = (await persona(db)) ?? {};
  return { facets, interaction_count, moved_at, updates };
}

const inOrder = selectedInTurn.map((_, n) => n);
const shuffled = inOrder.toSorted((a, b) => ((a * 37) % 61) - ((b * 37) % 61));

test.each([
  ['one by one', 1],
  ['in batches', 7],
])('selections that arrive shuffled, %s, lead to the same persona as in order', async (_how, batch) => {
  const role = 'learning_loop_persona';
  await using ordered = connectDb(await databaseForTest(), { role });
  await using mixed = connectDb(await databaseForTest(), { role });
  const expected = await processInBatches(ordered, inOrder, 60);
  expect(Math.max(...expected.updates.map(({ new_facets }) => new_facets.concise))).toBe(1);
  expect(await processInBatches(mixed, shuffled, batch)).toEqual(expected);
});
