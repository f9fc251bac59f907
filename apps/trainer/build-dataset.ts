import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingRecords } from '@learning-loop/events/training-records';
import { readTrainingLog } from '@learning-loop/training-log/read';
import { chatSample } from './chat-sample.ts';

interface Source {
  trainingDataDir: string;
  /** Picks of less confidence than this, in [0, 1], are no example to learn from. */
  minConfidence: number;
}

/**
 * Writes `datasets/hypotheses_chat.jsonl` beside the log, whole or not at all; says how many records went in and
 * how many samples came out.
 */
export async function buildDataset({
  trainingDataDir,
  minConfidence,
}: Source): Promise<Record<string, number>> {
  const directory = join(trainingDataDir, 'datasets');
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'hypotheses_chat.jsonl');
  const counts = { records: 0, samples: 0 };
  await using file = await open(`${path}.part`, 'w');
  for await (const record of readTrainingLog(trainingDataDir, 'hypotheses_data')) {
    counts.records += 1;
    if (!worthLearning(record, minConfidence)) continue;
    await file.write(`${JSON.stringify(chatSample(record))}\n`);
    counts.samples += 1;
  }
  await file.sync();
  await rename(`${path}.part`, path);
  return counts;
}

function worthLearning(record: TrainingRecords['hypotheses_data'], minConfidence: number): boolean {
  return record.label === 'positive' && (record.selected_confidence ?? 0) >= minConfidence;
}
