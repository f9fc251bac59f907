import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { findRunningExperiment, startExperiment } from './experiments.ts';
import { loadVariantStats } from './variant-stats.ts';

interface Shown {
  user_id: string;
  at: Date;
  tenant_id?: string;
  ranker_id?: string;
  llm_id?: string;
  /** Undefined where nothing was answered. */
  selected_id?: string | null;
  feedback?: { type: 'thumbs_up' | 'thumbs_down' | 'rating' | 'comment'; value: unknown }[];
}

async function show(
  db: Db,
  { user_id, at, tenant_id = 'default', ranker_id = 'tried', llm_id, selected_id, feedback = [] }: Shown,
): Promise<void> {
  const key = { tenant_id, user_id, interaction_id: newId() };
  await db
    .insertInto('interactions')
    .values({
      ...{ ...key, ranker_id, llm_id, input_text: 'which', created_at: at, media_type: 'text/plain' },
      ...{ model_id: 'rules', auto_advance: false, used_memories: '[]', context: '{}', hypotheses: '[]' },
    })
    .execute();
  if (selected_id !== undefined)
    await db
      .insertInto('selections')
      .values({
        ...{ ...key, selected_id, event_id: newId(), input_text: 'which', auto_advanced: false },
        ...{ shown: '[]', answer: '{}', selected_at: at },
      })
      .execute();
  for (const { type, value } of feedback)
    await db
      .insertInto('feedback')
      .values({ ...key, event_id: newId(), type, value: JSON.stringify(value), given_at: at })
      .execute();
}

test('an experiment is decided by the sums of its own tenant since its start, here reckoned by hand', async () => {
  await using db = connectDb(await databaseForTest());
  const variants = ['shipped', 'tried'].map((model_id) => ({ model_id, weight: 0.5 }));
  await startExperiment(db, { tenant_id: 'default', experiment_id: newId(), kind: 'ranker', variants });
  const experiment = await findRunningExperiment(db, 'default', 'ranker');
  if (!experiment) throw new Error('the experiment does not run');
  const at = new Date(experiment.started_at.getTime() + 1_000);
  const before = new Date(experiment.started_at.getTime() - 1_000);
  const opinions = [
    { type: 'rating', value: 4 },
    { type: 'rating', value: 3 },
    { type: 'thumbs_down', value: null },
    { type: 'comment', value: 'too brief' },
  ] as const;
  for (const shown of [
    { user_id: 'ada', at, selected_id: 'h1', feedback: [...opinions] },
    { user_id: 'ada', at, selected_id: 'h2' },
    { user_id: 'ada', at },
    { user_id: 'bob', at, selected_id: null },
    { user_id: 'eve', at, ranker_id: 'another', selected_id: 'h1' },
    { user_id: 'ada', at: before, selected_id: 'h1' },
    { user_id: 'ada', at, tenant_id: 'other', selected_id: 'h1' },
  ])
    await show(db, shown);
  // Of ada's answers n = 2, of bob's n = 1.
  expect(await loadVariantStats(db, experiment)).toEqual([
    {
      ...{ model_id: 'tried', assigned: 2, interactions: 4 },
      first_place: { users: 2, n: 3, y: 1, nn: 5, yy: 1, ny: 2 },
      selection: { users: 2, n: 3, y: 2, nn: 5, yy: 4, ny: 4 },
      satisfaction: { users: 1, n: 3, y: 1, nn: 9, yy: 1, ny: 3 },
    },
  ]);
});

test('an experiment of language models counts for the one that was called, from its start on', async () => {
  await using db = connectDb(await databaseForTest());
  const variants = ['configured', 'talks'].map((model_id) => ({ model_id, weight: 0.5 }));
  await startExperiment(db, { tenant_id: 'default', experiment_id: newId(), kind: 'llm', variants });
  const experiment = await findRunningExperiment(db, 'default', 'llm');
  if (!experiment) throw new Error('the experiment does not run');
  const { started_at: at } = experiment;
  const before = new Date(at.getTime() - 1);
  const up = { type: 'rating', value: 5 } as const;
  for (const shown of [
    { user_id: 'ada', at: new Date(at.getTime() + 1), llm_id: 'talks', selected_id: 'h3', feedback: [up] },
    { user_id: 'ada', at: new Date(at.getTime() + 1), llm_id: 'configured', ranker_id: 'talks' },
    { user_id: 'ada', at: before, llm_id: 'talks', selected_id: 'h1' },
    { user_id: 'ada', at: new Date(at.getTime() + 1), selected_id: 'h1' },
  ])
    await show(db, shown);
  const none = { users: 0, n: 0, y: 0, nn: 0, yy: 0, ny: 0 };
  const one = { users: 1, n: 1, y: 1, nn: 1, yy: 1, ny: 1 };
  const found = (await loadVariantStats(db, experiment)).toSorted((a, b) =>
    a.model_id < b.model_id ? -1 : 1,
  );
  expect(found).toEqual([
    {
      model_id: 'configured',
      assigned: 1,
      interactions: 1,
      first_place: none,
      selection: none,
      satisfaction: none,
    },
    {
      ...{ model_id: 'talks', assigned: 1, interactions: 1, selection: one, satisfaction: one },
      first_place: { ...one, y: 0, yy: 0, ny: 0 },
    },
  ]);
});
