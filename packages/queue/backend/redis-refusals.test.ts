import { readFile } from 'node:fs/promises';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { redisForTest } from '@learning-loop/testing/redis';
import { Redis } from 'ioredis';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { connectPublisher } from '../producer/publisher.ts';
import { schedule } from '../schedule.ts';
import { eventIds, TestLoop } from '../testing/harness.ts';
import { connectRedis } from './redis.ts';

/** A server with a password, and the user `loop` with these rights; `connect` gives the URL of a login. */
async function guardedRedis(rights = '~* +@all') {
  const redis = await redisForTest();
  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  await admin.call('ACL', 'SETUSER', 'loop', 'on', '>secret', ...rights.split(' '));
  await admin.config('SET', 'requirepass', 'of-the-admin');
  return { admin, connect: (login: string, db = '') => redis.url.replace('//', `//${login}`) + db };
}

const event = { event: 'hypothesis.selected', event_id: '019a0000-0000-7000-8000-000000000000' } as const;

/** What a publisher logs about this Redis. */
async function complaintsOfPublisher(redisUrl: string): Promise<string[]> {
  const complaints: { msg: string; err: { message: string } }[] = [];
  const write = (line: string) => void complaints.push(JSON.parse(line));
  const publisher = connectPublisher(
    { databaseUrl: 'postgres://unused/unused', redisUrl },
    pino({}, { write }),
    new Registry(),
  );
  onTestFinished(() => publisher[Symbol.asyncDispose]());
  const refusals = () =>
    complaints.filter(({ msg }) => msg === 'queue_refused').map(({ err }) => err.message);
  const publish = async () => {
    await publisher.publish([event]).catch(() => undefined);
    return refusals();
  };
  await expect.poll(publish, { timeout: 10_000 }).not.toEqual([]);
  return refusals();
}

/** What the connection of a worker says about this Redis. */
async function complaintsOfWorker(redisUrl: string): Promise<string[]> {
  const troubles: string[] = [];
  const onError = (error: Error) => void troubles.push(error.message);
  const worker = connectRedis(redisUrl, 'blocking', onError);
  await expect.poll(() => troubles, { timeout: 10_000 }).not.toEqual([]);
  worker.disconnect();
  return [...new Set(troubles)];
}

test.each([
  ['no password', '', '', /^Redis asks for a password \(NOAUTH\), and REDIS_URL has none; write [^\n]+\.$/],
  [
    'a wrong password',
    ':wrong@',
    '',
    /^Redis rejects the user name or password of REDIS_URL \(WRONGPASS\); [^\n]+\.$/,
  ],
  [
    'a user that is none',
    'nobody:secret@',
    '',
    /^Redis rejects the user name or password of REDIS_URL \(WRONGPASS\)/,
  ],
  [
    'a database that is none',
    'loop:secret@',
    '/99',
    /^Redis has no database of the number in REDIS_URL; correct [^\n]+\.$/,
  ],
])(
  '%s is said by publisher and worker in one sentence, and nothing is stored',
  async (_what, login, db, sentence) => {
    const { admin, connect } = await guardedRedis();
    const said = [expect.stringMatching(sentence)];
    expect(await complaintsOfPublisher(connect(login, db))).toEqual(said);
    expect(await complaintsOfWorker(connect(login, db))).toEqual(said);
    expect(await admin.keys('*')).toEqual([]);
  },
);

test.each([
  [
    'a command',
    '~* +@all -info',
    /^Redis refuses the command INFO to the user of REDIS_URL \(NOPERM\); grant the rights that docs\/deployment.md lists\.$/,
  ],
  [
    'a command within a script',
    '~* +@all -rpush -lpush',
    /^Redis refuses a command within a script to the user of REDIS_URL \(NOPERM\)/,
  ],
  ['the keys', '~others:* +@all', /^Redis refuses [\w ]+ to the user of REDIS_URL \(NOPERM\)/],
])('a missing right to %s is said by the publisher in one sentence', async (_what, rights, sentence) => {
  const { connect } = await guardedRedis(rights);
  for (const said of await complaintsOfPublisher(connect('loop:secret@'))) expect(said).toMatch(sentence);
});

test('the rights that the page on deployment lists are enough', async () => {
  const page = await readFile(`${import.meta.dirname}/../../../docs/deployment.md`, 'utf8');
  const rights = /^ACL SETUSER loop on >PASSWORD (.+)$/m.exec(page)?.[1];
  const { connect } = await guardedRedis(rights);
  const config = { databaseUrl: await databaseForTest(), redisUrl: connect('loop:secret@') };
  await using loop = await TestLoop.open(config);
  loop.remember();
  loop.sweep();
  let runs = 0;
  const run = async () => {
    runs += 1;
  };
  await using _ = schedule({ log: loop.log }, 'trainer', '* * * * * *', run, loop.config);
  const refs = await loop.acceptAndPublish(100);
  await loop.settled();
  await expect.poll(() => runs, { timeout: 15_000 }).toBeGreaterThan(0);
  expect(await loop.effects()).toEqual(eventIds(refs));
  expect(await loop.publisher.prometheusMetrics('memory')).toContain('bullmq_job');
  expect(loop.lines.filter(({ level }) => level >= 40)).toEqual([]);
});
