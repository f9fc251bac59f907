import { expect, test } from 'vitest';
import { scaleHint } from './queues.ts';

const calm = { owed: 0, oldest_seconds: null, per_second: 0, waiting: 0, dead: 0 };

test.each([
  ['nothing owed', {}, 'good', /everything/u],
  ['a little on its way', { owed: 20, oldest_seconds: 1, per_second: 100 }, 'good', /Keeps up/u],
  ['a backlog that drains soon', { owed: 900, oldest_seconds: 40, per_second: 100 }, 'good', /about 9 s/u],
  [
    'a backlog that takes long',
    { owed: 90_000, oldest_seconds: 40, per_second: 100 },
    'attention',
    /Add workers.*15 min/u,
  ],
  ['work and no progress', { owed: 9, oldest_seconds: 20 }, 'bad', /Is a worker running/u],
  ['an engine that is away', { owed: 9, oldest_seconds: 20, waiting: null }, 'bad', /engine is away/u],
  ['dead letters', { dead: 2 }, 'attention', /dead letters/u],
])('%s', (_case, seen, level, hint) => {
  expect(scaleHint({ ...calm, ...seen })).toEqual({ level, hint: expect.stringMatching(hint) });
});
