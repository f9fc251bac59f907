import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, test } from 'vitest';
import { connectDb } from '../connect.ts';
import { finishErasure, requestErasure } from '../privacy/erasures.ts';
import { findOptedOut, listExcludedUsers, setTrainingOptOut } from './settings.ts';

test('nobody is learned from who opted out or is being erased, whatever a namesake in another tenant wants', async () => {
  await using db = connectDb(await databaseForTest());
  const user = (user_id: string, tenant_id = 'default') => ({ tenant_id, user_id });
  await setTrainingOptOut(db, user('ada'), true);
  await setTrainingOptOut(db, user('changed-her-mind'), true);
  await setTrainingOptOut(db, user('changed-her-mind'), false);
  await setTrainingOptOut(db, user('bob', 'other'), true);
  await requestErasure(db, user('eve'), newId());
  await requestErasure(db, user('joe', 'other'), newId());
  const erased = await requestErasure(db, user('gone'), newId());
  await finishErasure(db, erased, { rows: {}, training_log_records: 0, dataset_samples: {}, models: [] });

  expect((await listExcludedUsers(db, 'default')).sort()).toEqual(['ada', 'eve']);
  expect((await listExcludedUsers(db, 'other')).sort()).toEqual(['bob', 'joe']);
  const asked = ['ada', 'changed-her-mind', 'bob'].flatMap((name) => [user(name), user(name, 'other')]);
  expect((await findOptedOut(db, asked)).size).toBe(2);
  expect((await findOptedOut(db, [user('ada'), user('bob', 'other')])).size).toBe(2);
});
