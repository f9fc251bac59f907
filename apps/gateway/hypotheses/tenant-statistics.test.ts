import { connectDb } from '@learning-loop/db/connect';
import { insertSelections } from '@learning-loop/db/loop/selections';
import { minUuidAt } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { expect, onTestFinished, test } from 'vitest';
import { createTenantStatistics } from './tenant-statistics.ts';

test('a user with a thousand selections leaves room for what another selected before', async () => {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  const users = ['ada', ...Array.from({ length: 1_000 }, () => 'flooder')];
  const answer = {
    enriched_prompt: '',
    tokens_estimate: 0,
    context_breakdown: { goal: 0, pref: 0, history: 0 },
  };
  const selections = users.map((user_id, i) => {
    const at = new Date(Date.parse('2026-10-01T00:00:00Z') + i * 60_000);
    const ids = { tenant_id: 'acme', user_id, interaction_id: minUuidAt(at), occurred_at: at.toISOString() };
    return { event: selection({ ...ids, input_text: `${user_id} asks` }), answer, shown_at: at };
  });
  await insertSelections(db, selections);
  const statistics = await createTenantStatistics(db)('acme');
  const texts = statistics.selectionsOfOthers('somebody').map(({ input_text }) => input_text);
  expect(texts).toEqual(['flooder asks', 'flooder asks', 'flooder asks', 'ada asks']);
});
