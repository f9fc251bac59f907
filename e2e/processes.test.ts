import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { redisForTest } from '@learning-loop/testing/redis';
import { readTrainingLog } from '@learning-loop/training-log/read';
import { collect } from '@learning-loop/training-log/testing/collect';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { s3ForTest } from '@learning-loop/training-log/testing/s3-server';
import { type Client, connectClient, fetchWithRetry } from 'standalone/demo/client';
import { readCompletions, readLoggedEvents } from 'standalone/demo/read-back';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { type AppProcess, launch } from 'standalone/launch';
import { expect, onTestFinished, test, vi } from 'vitest';

const workers = ['training-log-worker', 'memory-worker', 'persona-worker', 'trainer'];
const listening = /"url":"(http:[^"]+)"/;

/** Every app as a process of its own, on one Postgres and one Redis, with this place for the training log. */
async function startProcesses(directory: string, trainingDataDir: string) {
  const redis = await redisForTest();
  onTestFinished(() => redis.stop());
  const logs = path.join(directory, 'logs');
  const env = {
    DATABASE_URL: await databaseForTest(),
    REDIS_URL: redis.url,
    LOG_DIR: logs,
    TRAINING_DATA_DIR: trainingDataDir,
    DATASETS_DIR: directory,
    MIN_CONFIDENCE_FOR_TRAINING: '0',
  };
  const running = new Map<string, AppProcess>();
  onTestFinished(async () => void (await Promise.all([...running.values()].map((app) => app.kill()))));
  const start = (app: string): Promise<string> => {
    const process = launch(app, directory, { ...env, PORT: '0' });
    running.set(app, process);
    return process.waitForLine(listening);
  };
  const [url] = await Promise.all([start('gateway'), ...workers.map(start)]);
  const client = connectClient(url);
  return { client, logs, running, start };
}

/** Asks and picks the first, for each text; resolves with the events that were accepted. */
async function picks(client: Client, texts: string[]): Promise<Set<string>> {
  const events = new Set<string>();
  for (const input_text of texts) {
    const asked = { user_id: 'ada', input_text };
    const { interaction_id } = await client.hypothesize(asked);
    events.add((await client.execute({ ...asked, interaction_id, hypothesis_id: 'h1' })).event_id);
  }
  return events;
}

test('learns as production runs it: one process per app, on Redis', async () => {
  const directory = await temporaryDirectory();
  const training = path.join(directory, 'training');
  const { client, logs, running } = await startProcesses(directory, training);
  const events = await picks(client, ['build api', 'deploy api', 'auth']);
  await untilOutboxEmpty(client);
  const memories = await client.memories('ada');
  expect(memories.filter(({ type }) => type === 'history')).toHaveLength(events.size);
  expect((await client.persona('ada')).interaction_count).toBe(events.size);
  expect(await readLoggedEvents(training)).toEqual(events);

  expect(await Promise.all([...running.values()].map((app) => app.stop()))).toEqual([0, 0, 0, 0, 0]);
  const completed = await readCompletions(path.join(logs, 'app.log'));
  expect(new Set(completed.map(({ event_id }) => event_id))).toEqual(events);
  expect(completed).toHaveLength(events.size);
});

test('a worker that dies before its upload is answered: each pick is in the bucket, and read once', {
  timeout: 180_000,
}, async () => {
  await using s3 = await s3ForTest();
  const [place, directory] = [s3.newPlace(), await temporaryDirectory()];
  const { client, running, start } = await startProcesses(directory, place);
  const events = await picks(client, ['build api']);
  await untilOutboxEmpty(client);

  s3.fault = 'store and cut';
  const stored = s3.uploads;
  for (const event of await picks(client, ['deploy api', 'auth'])) events.add(event);
  await vi.waitFor(() => expect(s3.uploads).toBeGreaterThan(stored), 30_000);
  await running.get('training-log-worker')?.kill();
  s3.fault = 'none';
  await start('training-log-worker');
  await untilOutboxEmpty(client);

  const log = readTrainingLog(place, 'hypotheses_data');
  const ids = (await collect(log)).map(({ event_id }) => event_id);
  expect(ids.sort()).toEqual([...events].sort());
  expect((await client.stats()).hypotheses_count).toBe(events.size);

  await fetchWithRetry(`${client.url}/v1/training/datasets`, { method: 'POST' });
  const dataset = path.join(directory, 'datasets/hypotheses_chat.jsonl');
  const samples = await vi.waitFor(() => readFile(dataset, 'utf8'), 30_000);
  expect(samples.trimEnd().split('\n')).toHaveLength(events.size);
});
