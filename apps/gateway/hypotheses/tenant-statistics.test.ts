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

test('users whose first selection is less than 24 hours old count half, those of an older one whole', async () => {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  const answer = {
    enriched_prompt: '',
    tokens_estimate: 0,
    context_breakdown: { goal: 0, pref: 0, history: 0 },
  };
  const select = (user_id: string, hours: number) => {
    const at = new Date(Date.now() - hours * 3_600_000);
    const ids = { tenant_id: 'acme', user_id, interaction_id: minUuidAt(at), occurred_at: at.toISOString() };
    return { event: selection(ids), answer, shown_at: at };
  };
  await insertSelections(db, [
    select('old', 24.1),
    select('young', 23.9),
    select('both', 30),
    select('both', 1),
  ]);
  const { calibration, selectionsOfOthers } = await createTenantStatistics(db)('acme');
  expect(calibration.outcomes).toBe(1 + 0.5 + 2);
  expect(selectionsOfOthers('both')).toHaveLength(2);
});

test('requests are compared with 32,000 characters of what others selected, and shorter texts stay whole', async () => {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  const answer = {
    enriched_prompt: '',
    tokens_estimate: 0,
    context_breakdown: { goal: 0, pref: 0, history: 0 },
  };
  const at = new Date('2026-10-01T00:00:00Z');
  const selections = Array.from({ length: 40 }, (_, n) => {
    const moment = new Date(at.getTime() + n);
    const ids = { tenant_id: 'acme', user_id: `user ${n}`, interaction_id: minUuidAt(moment) };
    const input_text = n === 39 ? 'short' : 'x'.repeat(1_000);
    return {
      event: selection({ ...ids, occurred_at: at.toISOString(), input_text, hypotheses: [] }),
      answer,
      shown_at: at,
    };
  });
  await insertSelections(db, selections);
  const { selectionsOfOthers } = await createTenantStatistics(db)('acme');
  const lengths = selectionsOfOthers('somebody').map(({ input_text }) => input_text.length);
  // (32,000 − 5) / 39, rounded down.
  expect(lengths).toEqual([5, ...Array(39).fill(820)]);
});
