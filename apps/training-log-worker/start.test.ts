import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { loadPending } from '@learning-loop/db/loop/outbox';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { publishSelection, startApp } from '@learning-loop/testing/start-app';
import { readTrainingLog } from '@learning-loop/training-log/read';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { start } from './start.ts';

test.each([
  ['true', 1],
  ['false', 0],
])(
  'with ENABLE_TRAINING_DATA_COLLECTION=%s a selection is settled, and the log has %i lines',
  async (ENABLE_TRAINING_DATA_COLLECTION, lines) => {
    const [DATABASE_URL, TRAINING_DATA_DIR] = [
      await databaseForTest(),
      await mkdtemp(join(tmpdir(), 'log-')),
    ];
    await using db = connectDb(DATABASE_URL);
    const config = readConfig({ DATABASE_URL, TRAINING_DATA_DIR, ENABLE_TRAINING_DATA_COLLECTION });
    const service = await startApp(start, config);
    const event = selection();
    await publishSelection(service, db, DATABASE_URL, { event, consumer: 'training-log' });
    await expect.poll(() => loadPending(db, 'training-log', [event.event_id])).toEqual([]);
    const ids: string[] = [];
    for await (const { event_id } of readTrainingLog(TRAINING_DATA_DIR, 'hypotheses_data'))
      ids.push(event_id);
    expect(ids).toEqual(lines === 0 ? [] : [event.event_id]);
    const written = await service.metrics
      .getSingleMetricAsString('learning_loop_training_log_bytes_total')
      .catch(() => '');
    expect(/learning_loop_training_log_bytes_total\{log="hypotheses_data"\} [1-9]/u.test(written)).toBe(
      lines > 0,
    );
  },
);

test('a directory that cannot be made ends the start in a sentence that says what to do', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'log-')), 'file');
  await writeFile(file, '');
  const config = readConfig({ DATABASE_URL: await databaseForTest(), TRAINING_DATA_DIR: file });
  await expect(startApp(start, config)).rejects.toMatchObject({
    name: 'StartError',
    message: `The training log in ${file} cannot be opened (ENOTDIR); set TRAINING_DATA_DIR to a directory that can be written.`,
  });
});
