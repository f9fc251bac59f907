import { randomUUID } from 'node:crypto';
import type { Db } from '@learning-loop/db/connect';
import { saveSnapshot, startExperiment } from '@learning-loop/db/training/experiments';
import { rollBack } from '@learning-loop/db/training/promotion';
import type { Client } from 'standalone/demo/client';

/** Gives up on behalf of the training-log worker on feedback of ada's; returns the error that the letter has. */
export async function buryFeedback(db: Db, client: Client): Promise<string> {
  const { interaction_id } = await client.hypothesize({ user_id: 'ada', input_text: 'build api' });
  const error = 'Error: the disk said no';
  const letter = { tenant_id: 'default', user_id: 'ada', event_id: randomUUID() };
  const said = { type: 'thumbs_up', value: null, occurred_at: new Date().toISOString(), schema_version: 1 };
  const payload = JSON.stringify({ ...letter, ...said, interaction_id });
  const failed = { event: 'feedback.given', consumer: 'training-log', error, attempts: 8 } as const;
  await db
    .insertInto('dead_letters')
    .values({ ...letter, ...failed, payload })
    .execute();
  return error;
}

/** An experiment in which a model turned out five points worse than the shipped one, and was rolled back. */
export async function losingExperiment(db: Db, model_id: string): Promise<void> {
  const experiment = { tenant_id: 'default', experiment_id: randomUUID() };
  const variants = ['shipped', model_id].map((id) => ({ model_id: id, weight: 0.5 }));
  await startExperiment(db, { ...experiment, kind: 'ranker', variants });
  for (let shown = 50; shown <= 2_000; shown += 50)
    await saveSnapshot(db, experiment, lookAfter(shown, model_id), { decides: true });
  await rollBack(db, 'default', model_id, 'five points worse');
}

/** The interval narrows as more is shown. */
function lookAfter(shown: number, model_id: string) {
  const radius = 2 / Math.sqrt(shown);
  const difference = -0.05 + (shown < 2_000 ? Math.sin(shown / 100) * radius * 0.2 : 0);
  const interval = { difference, low: difference - radius, high: difference + radius, evidence: 1 };
  const first_place = { control: 0.6, variant: 0.6 + difference, ...interval };
  const half = { assigned: shown / 10, interactions: shown / 2 };
  const variants = { shipped: { ...half, first_place: null }, [model_id]: { ...half, first_place } };
  return { sample_ratio_evidence: 1, variants };
}
