import { createHash } from 'node:crypto';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import {
  answerOf,
  interactionOf,
  selectionOf,
  sharedIds,
  shownAt,
  type Twin,
  twins,
  user_id,
} from '@learning-loop/testing/database/tenant-rows';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { findByText, findInteraction, findInteractions, insertInteractions } from './interactions.ts';
import { insertSelections, type NewSelection } from './selections.ts';

const [acme, acme2] = twins;

async function openDb(): Promise<Db> {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  return db;
}

const selectIn = (twin: Twin, said: Partial<NewSelection['event']>): NewSelection => ({
  event: { ...selectionOf(twin), ...said },
  answer: answerOf(twin),
  shown_at: shownAt,
});

/** As it is read back: without a negative zero. */
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value ?? null));
const id = (n: number) => `01a00000-0000-7000-8000-00000000000${n}`;
const eventId = (n: number) => `01b00000-0000-7000-8000-00000000000${n}`;

test('many are found at once, each in its place with the selection of its own tenant, or undefined', async () => {
  const db = await openDb();
  await insertInteractions(db, [
    interactionOf(acme, id(1)),
    interactionOf(acme2, id(1)),
    interactionOf(acme, id(3)),
    interactionOf(acme, id(9)),
  ]);
  await insertSelections(db, [
    selectIn(acme2, { interaction_id: id(1), event_id: eventId(1), selected_id: 'h2' }),
  ]);
  const asked: [string, string][] = [
    ['acme2', id(1)],
    ['acme', id(9)],
    ['acme2', id(9)],
    ['acme', id(1).toUpperCase()],
    ['acme', id(2)],
    ['acme', id(1)],
    ['acme2', id(1)],
  ];
  const found = await findInteractions(
    db,
    asked.map(([tenant_id, interaction_id]) => ({ tenant_id, interaction_id })),
  );
  const seen = found.map((one) => one && [one.tenant_id, one.interaction_id, one.event_id, one.selected_id]);
  expect(seen).toEqual([
    ['acme2', id(1), eventId(1), 'h2'],
    ['acme', id(9), null, null],
    undefined,
    ['acme', id(1), null, null],
    undefined,
    ['acme', id(1), null, null],
    ['acme2', id(1), eventId(1), 'h2'],
  ]);
  expect(await findInteraction(db, 'acme2', id(1))).toMatchObject({
    selected_id: 'h2',
    answer: answerOf(acme2),
  });
  expect(await findInteraction(db, 'acme', id(1))).toMatchObject({ selected_id: null, answer: null });
});

test('the newest interactions of a user with exactly this text are found, up to the limit', async () => {
  const db = await openDb();
  const show = (n: number, said: object = {}) => ({
    ...interactionOf(acme, id(n)),
    input_text: 'deploy',
    ...said,
  });
  await insertInteractions(db, [
    show(3),
    show(1),
    show(2),
    show(4, { user_id: 'bob' }),
    show(5, { tenant_id: 'acme2' }),
    show(6, { input_text: 'deploy ' }),
    show(7, { input_text: 'Deploy' }),
  ]);
  const find = async (limit: number) =>
    (await findByText(db, { tenantId: 'acme', userId: user_id, text: 'deploy', limit })).map(
      (one) => one.interaction_id,
    );
  expect(await find(20)).toEqual([id(3), id(2), id(1)]);
  expect(await find(2)).toEqual([id(3), id(2)]);
});

test('one selection of an interaction is accepted, of one batch and of two, and only that is to be learned', async () => {
  const db = await openDb();
  const rivals = [1, 2].map((n) => selectIn(acme, { event_id: eventId(n) }));
  const other = selectIn(acme2, { event_id: eventId(3), selected_id: null, auto_advanced: true });
  const accepted = await insertSelections(db, [...rivals, other]);
  expect(accepted).toEqual(new Set([expect.any(String), eventId(3)]));
  expect(await insertSelections(db, [selectIn(acme, { event_id: eventId(4) })])).toEqual(new Set());
  const outbox = await db.selectFrom('outbox').selectAll().orderBy('event_id').execute();
  const winner = rivals.find(({ event }) => event.event_id === outbox[0]?.event_id);
  expect(accepted.has(winner?.event.event_id ?? '')).toBe(true);
  expect(outbox).toMatchObject([
    { event: 'hypothesis.selected', tenant_id: 'acme', user_id, payload: asJson(winner?.event) },
    { event: 'hypothesis.selected', tenant_id: 'acme2', user_id, payload: asJson(other.event) },
  ]);
  for (const { pending } of outbox) expect(pending).toEqual(['training-log', 'memory', 'persona']);

  const stored = await db.selectFrom('selections').selectAll().orderBy('tenant_id').execute();
  const shown = (word: string, chosen: boolean) => [
    { question: `${word} one`, chosen, raw_confidence: 0.8 },
    { question: `${word} two`, chosen: false, raw_confidence: 0.4 },
    { question: `${word} three`, chosen: false, raw_confidence: 0.8 / 3 },
  ];
  expect(stored).toEqual([
    {
      ...{
        tenant_id: 'acme',
        interaction_id: sharedIds.selected,
        user_id,
        event_id: winner?.event.event_id,
        selected_id: 'h1',
      },
      ...{ auto_advanced: false, selected_at: shownAt, input_text: 'build api' },
      ...{ shown: shown('alpha', true), answer: answerOf(acme) },
    },
    {
      ...{
        tenant_id: 'acme2',
        interaction_id: sharedIds.selected,
        user_id,
        event_id: eventId(3),
        selected_id: null,
      },
      ...{ auto_advanced: true, selected_at: shownAt, input_text: 'build api' },
      ...{ shown: shown('omega', false), answer: answerOf(acme2) },
    },
  ]);
});

test('of interactions that are written at once only those of a user under erasure are refused', async () => {
  const db = await openDb();
  const hash = createHash('sha256').update('acme:ada').digest();
  await db
    .insertInto('erasures')
    .values({ tenant_id: 'acme', erasure_id: id(0), user_hash: hash, user_id })
    .execute();
  const stored = await insertInteractions(db, [
    interactionOf(acme, id(1)),
    interactionOf(acme2, id(2)),
    { ...interactionOf(acme, id(3)), user_id: 'bob' },
  ]);
  expect(stored).toEqual([false, true, true]);
  const rows = await db
    .selectFrom('interactions')
    .select('interaction_id')
    .orderBy('interaction_id')
    .execute();
  expect(rows.map(({ interaction_id }) => interaction_id)).toEqual([id(2), id(3)]);
});
