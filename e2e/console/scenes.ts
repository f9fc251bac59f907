import { randomUUID } from 'node:crypto';
import type { Db } from '@learning-loop/db/connect';
import { saveSnapshot, startExperiment } from '@learning-loop/db/training/experiments';
import { rollBack } from '@learning-loop/db/training/promotion';
import type { Client } from 'standalone/demo/client';

/** Creates a dead letter of the training-log worker for feedback by ada; returns its error. */
export async function deadLetterFeedback(db: Db, client: Client): Promise<string> {
  const { interaction_id } = await client.hypothesize({ user_id: 'ada', input_text: 'build api' });
  const error = 'Error: the disk said no';
  const deadLetter = { tenant_id: 'default', user_id: 'ada', event_id: randomUUID() };
  const feedback = {
    type: 'thumbs_up',
    value: null,
    occurred_at: new Date().toISOString(),
    schema_version: 1,
  };
  const payload = JSON.stringify({ ...deadLetter, ...feedback, interaction_id });
  const failed = { event: 'feedback.given', consumer: 'training-log', error, attempts: 8 } as const;
  await db
    .insertInto('dead_letters')
    .values({ ...deadLetter, ...failed, payload })
    .execute();
  return error;
}

/** A model that was five points worse than the shipped one and was rolled back. */
export async function createLosingExperiment(db: Db, model_id: string): Promise<void> {
  const experiment = { tenant_id: 'default', experiment_id: randomUUID() };
  const variants = ['shipped', model_id].map((id) => ({ model_id: id, weight: 0.5 }));
  await startExperiment(db, { ...experiment, kind: 'ranker', variants });
  for (let interactions = 50; interactions <= 2_000; interactions += 50)
    await saveSnapshot(db, experiment, createSnapshot(interactions, model_id), { decides: true });
  await rollBack(db, 'default', model_id, 'five points worse');
}

/** The interval narrows with more interactions. */
function createSnapshot(interactions: number, model_id: string) {
  const radius = 2 / Math.sqrt(interactions);
  const difference = -0.05 + (interactions < 2_000 ? Math.sin(interactions / 100) * radius * 0.2 : 0);
  const interval = { difference, low: difference - radius, high: difference + radius, evidence: 1 };
  const first_place = { control: 0.6, variant: 0.6 + difference, ...interval };
  const half = { assigned: interactions / 10, interactions: interactions / 2 };
  const variants = { shipped: { ...half, first_place: null }, [model_id]: { ...half, first_place } };
  return { sample_ratio_evidence: 1, variants };
}
