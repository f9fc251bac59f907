import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databaseForTest } from '@learning-loop/testing/postgres';
import { redisForTest } from '@learning-loop/testing/redis';
import { expect, onTestFinished, test } from 'vitest';
import { connectClient } from './demo/client.ts';
import { completions, loggedEvents } from './demo/evidence.ts';
import { untilOutboxEmpty } from './demo/wait.ts';
import { type AppProcess, launch } from './launch.ts';

const workers = ['training-log-worker', 'memory-worker', 'persona-worker', 'trainer'];
const listening = /"url":"(http:[^"]+)"/;

test('learns as production runs it: one process per app, on Redis', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'processes-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const redis = await redisForTest();
  onTestFinished(() => redis.stop());
  const env = {
    DATABASE_URL: await databaseForTest(),
    REDIS_URL: redis.url,
    LOG_DIR: path.join(directory, 'logs'),
    TRAINING_DATA_DIR: path.join(directory, 'training'),
  };
  const started: AppProcess[] = [];
  onTestFinished(async () => void (await Promise.all(started.map((app) => app.kill()))));
  const start = (app: string, port: string) => {
    const process = launch(app, directory, { ...env, PORT: port });
    started.push(process);
    return process;
  };
  for (const worker of workers) start(worker, '');
  const client = connectClient(await start('gateway', '0').said(listening));

  const events = new Set<string>();
  for (const input_text of ['build api', 'deploy api', 'auth']) {
    const { interaction_id } = await client.hypothesize({ user_id: 'ada', input_text });
    const { event_id } = await client.execute({
      user_id: 'ada',
      input_text,
      interaction_id,
      hypothesis_id: 'h1',
    });
    events.add(event_id);
  }
  await untilOutboxEmpty(client);
  const memories = await client.memories('ada');
  expect(memories.filter(({ type }) => type === 'history')).toHaveLength(events.size);
  expect((await client.persona('ada')).interaction_count).toBe(events.size);
  expect(await loggedEvents(env.TRAINING_DATA_DIR)).toEqual(events);

  expect(await Promise.all(started.map((app) => app.stop()))).toEqual([0, 0, 0, 0, 0]);
  const completed = await completions(path.join(env.LOG_DIR, 'app.log'));
  expect(new Set(completed.map(({ event_id }) => event_id))).toEqual(events);
  expect(completed).toHaveLength(events.size);
});
