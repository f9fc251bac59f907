import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { expect, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { insertSelections } from '../loop/selections.ts';
import { insertFeedback } from '../users/feedback.ts';
import {
  findErasure,
  finishErasure,
  listPendingErasures,
  recordErasureError,
  requestErasure,
} from './erasures.ts';

const receipt = { rows: {}, training_log_records: 0, dataset_samples: {}, models: [] };

function giveFeedback(db: Db, user_id: string, shownAt: Date, tenant_id = 'default'): Promise<boolean> {
  const ids = { tenant_id, user_id, event_id: newId(), interaction_id: newId() };
  const given = { ...ids, type: 'thumbs_up' as const, value: 'null', given_at: new Date() };
  return db.transaction().execute((tx) => insertFeedback(tx, given, shownAt));
}

test('from the request of an erasure to its end, and of what began before, nothing of the user is stored', async () => {
  await using db = connectDb(await databaseForTest());
  const before = new Date(Date.now() - 60_000);
  const later = new Date(Date.now() + 60_000);
  expect(await giveFeedback(db, 'ada', before)).toBe(true);
  const erasure = await requestErasure(db, { tenant_id: 'default', user_id: 'ada' }, newId());
  expect(await giveFeedback(db, 'ada', before)).toBe(false);
  expect(await giveFeedback(db, 'ada', later)).toBe(false);
  expect(await giveFeedback(db, 'bob', before)).toBe(true);
  expect(await giveFeedback(db, 'ada', before, 'other')).toBe(true);

  await finishErasure(db, erasure, receipt);
  const { done_at } = (await findErasure(db, 'default', erasure.erasure_id)) ?? {};
  // A Date holds milliseconds, the database microseconds: what began in the erasure's last one is refused.
  expect(await giveFeedback(db, 'ada', done_at ?? later)).toBe(false);
  expect(await giveFeedback(db, 'ada', before)).toBe(false);
  expect(await giveFeedback(db, 'ada', new Date((done_at?.getTime() ?? 0) + 1))).toBe(true);
});

test('a finished erasure no longer names the user, and finishing one leaves the others pending', async () => {
  await using db = connectDb(await databaseForTest());
  const request = (user_id: string) => requestErasure(db, { tenant_id: 'default', user_id }, newId());
  const [ada] = [await request('ada'), await request('bob')];
  await finishErasure(db, ada, receipt);
  expect((await listPendingErasures(db, 9)).map(({ user_id }) => user_id)).toEqual(['bob']);
  expect(await findErasure(db, 'default', ada.erasure_id)).toMatchObject({ user_id: null, receipt });
  expect(await findErasure(db, 'other', ada.erasure_id)).toBeUndefined();
});

test('what was shown before an erasure cannot be selected after it, whenever it is selected', async () => {
  await using db = connectDb(await databaseForTest());
  const erasure = await requestErasure(db, { tenant_id: 'default', user_id: 'ada' }, newId());
  await finishErasure(db, erasure, receipt);
  const [before, later] = [new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)];
  const answer = {
    enriched_prompt: '',
    tokens_estimate: 0,
    context_breakdown: { goal: 0, pref: 0, history: 0 },
  };
  const accept = (shown_at: Date) =>
    insertSelections(db, [{ event: selection({ occurred_at: later.toISOString() }), answer, shown_at }]);
  expect((await accept(before)).size).toBe(0);
  expect((await accept(later)).size).toBe(1);
});

test('erasures are carried out in the order of their requests, and one that failed says so until it is done', async () => {
  await using db = connectDb(await databaseForTest());
  const request = (user_id: string, id: string) => requestErasure(db, { tenant_id: 'default', user_id }, id);
  const ids = ['3', '1', '2'].map((last) => `01a00000-0000-7000-8000-00000000000${last}`);
  const [first] = [
    await request('ada', ids[0] ?? ''),
    await request('bob', ids[1] ?? ''),
    await request('eve', ids[2] ?? ''),
  ];
  const pending = async (limit: number) =>
    (await listPendingErasures(db, limit)).map(({ user_id }) => user_id);
  expect(await pending(9)).toEqual(['ada', 'bob', 'eve']);
  expect(await pending(2)).toEqual(['ada', 'bob']);
  await recordErasureError(db, first, 'disk full');
  const errors = async () =>
    Promise.all(ids.map(async (id) => (await findErasure(db, 'default', id))?.error));
  expect(await errors()).toEqual(['disk full', null, null]);
  await finishErasure(db, first, receipt);
  expect(await errors()).toEqual([null, null, null]);
  expect(await pending(9)).toEqual(['bob', 'eve']);
});
