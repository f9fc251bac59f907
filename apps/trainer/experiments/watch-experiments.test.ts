import { connectDb } from '@learning-loop/db/connect';
import { startExperiment } from '@learning-loop/db/experiments';
import { findModel, insertModel } from '@learning-loop/db/models';
import { databaseForTest } from '@learning-loop/testing/postgres';
import pino from 'pino';
import { expect, it } from 'vitest';
import { lookAtExperiments } from './watch-experiments.ts';

const tenant_id = 'default';

/** What somebody was shown, and picked if the configured model proposed it; the rules answered for the other. */
function shownTo(user_id: string, configured: boolean) {
  const key = { tenant_id, interaction_id: crypto.randomUUID(), user_id, input_text: '' };
  const at = new Date(Date.now() + 1_000);
  return {
    interaction: {
      ...{ ...key, created_at: at, media_type: 'text/plain', model_id: 'rules', auto_advance: false },
      ...{
        llm_id: configured ? 'configured' : 'tuned',
        context: '{}',
        hypotheses: '[]',
        used_memories: '[]',
      },
    },
    selection: {
      ...{ ...key, event_id: crypto.randomUUID(), selected_id: configured ? 'h1' : null, selected_at: at },
      ...{ auto_advanced: false, shown: '[]', answer: '{}' },
    },
  };
}

it('rolls a language model back whose proposals are not picked, whoever ranked them', async () => {
  await using db = connectDb(await databaseForTest());
  await insertModel(db, {
    ...{ tenant_id, model_id: 'tuned', kind: 'llm', status: 'candidate', reason: 'tuned', metrics: '{}' },
    ...{ dataset_version: null, parent_id: null },
    artifact: JSON.stringify({ provider: 'vllm', model: 'tuned' }),
  });
  const variants = [
    { model_id: 'configured', weight: 0.5 },
    { model_id: 'tuned', weight: 0.5 },
  ];
  await startExperiment(db, { tenant_id, experiment_id: crypto.randomUUID(), kind: 'llm', variants });
  const shown = Array.from({ length: 200 }, (_, n) => shownTo(`user-${n % 100}`, n % 2 === 0));
  await db
    .insertInto('interactions')
    .values(shown.map(({ interaction }) => interaction))
    .execute();
  await db
    .insertInto('selections')
    .values(shown.map(({ selection }) => selection))
    .execute();
  await lookAtExperiments(db, pino({ level: 'silent' }));
  expect(await findModel(db, tenant_id, 'tuned')).toMatchObject({
    status: 'retired',
    reason: expect.stringContaining('first-place rate 0.0 % against 100.0 %'),
  });
});
