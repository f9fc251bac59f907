import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const read = (TRAINER_CRON: string) => readConfig({ DATABASE_URL: 'postgres://host/db', TRAINER_CRON });

test.each(['0 3 * * 0', '*/5 * * * *', '30 0 3 * * 1-5', '0 3 * * MON', '@daily'])(
  'takes the schedule %s',
  (cron) => {
    expect(read(cron).cron).toBe(cron);
  },
);

test.each(['tomorrow', '0 3 * *', '61 * * * *', '* * * * * * *', '0 3 * * XYZ', '0 0 31 2 *', '@never'])(
  'refuses %s as a schedule',
  (cron) => {
    expect(() => read(cron)).toThrow(
      `TRAINER_CRON is "${cron}"; it must be a cron expression of five or six fields, such as "0 3 * * 0".`,
    );
  },
);
