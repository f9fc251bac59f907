import { databaseForTest } from '@learning-loop/testing/database/postgres';
import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openQueues } from './backend/open.ts';
import { schedule } from './schedule.ts';

test('the hours of a cron pattern are those of UTC, wherever the process runs', async () => {
  // Sunday at 3 is Sunday at 17 there.
  vi.stubEnv('TZ', 'Pacific/Kiritimati');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(new Date('2026-11-22T03:00:00Z').getHours()).toBe(17);
  const config = { databaseUrl: await databaseForTest(), redisUrl: undefined };
  const log = pino({ level: 'silent' });
  await using _ = schedule({ log }, 'trainer', '0 3 * * 0', async () => undefined, config);
  const queues = await openQueues(config, ['trainer'], () => undefined);
  onTestFinished(() => queues.close());
  const next = await vi.waitFor(
    async () => {
      const scheduled = await queues.get('trainer').getJobScheduler('trainer');
      expect(scheduled?.next).toBeDefined();
      return new Date(scheduled?.next ?? 0).toISOString();
    },
    { timeout: 20_000 },
  );
  expect(next).toMatch(/T03:00:00.000Z$/u);
  expect(new Date(next).getUTCDay()).toBe(0);
});
