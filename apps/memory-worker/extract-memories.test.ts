import { connectDb, type Db } from '@learning-loop/db/connect';
import { insertEvents } from '@learning-loop/db/loop/outbox';
import { listMemories } from '@learning-loop/db/users/memories';
import type { HypothesisSelected } from '@learning-loop/events/event';
import { processEvents } from '@learning-loop/queue/consumer/process-events';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { isLockAwaited } from '@learning-loop/testing/database/sessions-and-rights';
import { hypothesesFor, selection } from '@learning-loop/testing/selection';
import pino from 'pino';
import { expect, test } from 'vitest';
import { extractMemories } from './extract-memories.ts';

const log = pino({ level: 'silent' });

async function deliver(db: Db, events: HypothesisSelected[]) {
  const ids = events.map(({ event_id }) => event_id);
  return await processEvents(
    { db, log, consumer: 'memory', handlers: { 'hypothesis.selected': extractMemories } },
    ids,
  );
}

async function accept(db: Db, events: HypothesisSelected[]): Promise<void> {
  const named = events.map((event) => ({ name: 'hypothesis.selected' as const, event }));
  await db.transaction().execute((tx) => insertEvents(tx, named));
}

const memories = (db: Db) =>
  listMemories(db, { tenantId: 'default', userId: 'ada', withSuperseded: true, limit: 50 });

test('a selection becomes goal, preference and history, each with its interaction', async () => {
  await using db = connectDb(await databaseForTest());
  const event = selection();
  await accept(db, [event]);
  const { logs } = await deliver(db, [event]);
  const known = await memories(db);
  expect(known.find(({ type }) => type === 'goal')).toMatchObject({
    content: 'build a REST API with FastAPI and Docker deployment',
    confidence: 0.8,
    tags: ['learned', 'hypothesis_derived'],
  });
  const preferences = known.filter(({ type }) => type === 'preference');
  expect(preferences.map(({ content }) => content).sort()).toEqual([
    'Prefers: Docker deployment',
    'Prefers: FastAPI',
  ]);
  for (const { confidence, tags } of preferences) {
    expect(confidence).toBeCloseTo(0.72);
    expect(tags).toEqual(['learned', 'hypothesis_derived']);
  }
  expect(known.find(({ type }) => type === 'history')).toMatchObject({
    content: expect.stringMatching(
      /^User requested: build api \| Selected: Do you want to build a REST API/u,
    ),
    tags: ['interaction', 'text/plain', 'h1'],
    confidence: 0.8,
  });
  for (const { sources } of known) expect(sources).toMatchObject([{ interaction_id: event.interaction_id }]);
  const fields = { interaction_id: event.interaction_id };
  expect(logs).toEqual([
    { name: 'goal_learned_from_hypothesis', fields },
    { name: 'preference_learned', fields },
    { name: 'preference_learned', fields },
  ]);
  expect(await db.selectFrom('embeddings').select('memory_id').execute(), 'without a model').toEqual([]);
});

test('the same event twice is stored once', async () => {
  await using db = connectDb(await databaseForTest());
  const event = selection();
  await accept(db, [event]);
  await deliver(db, [event]);
  const once = await memories(db);
  await deliver(db, [event]);
  expect(await memories(db)).toEqual(once);
});

test('when all hypotheses are rejected there is history, and no goal', async () => {
  await using db = connectDb(await databaseForTest());
  const event = selection({ selected_id: null });
  await accept(db, [event]);
  await deliver(db, [event]);
  const known = await memories(db);
  expect(known.map(({ type, tags, confidence }) => [type, tags, confidence])).toEqual([
    ['history', ['interaction', 'text/plain'], 1],
  ]);
  expect(known[0]?.content).toBe('User requested: build api | Selected: none of these');
});

test.each(['go on', 'build on'])(
  'a goal that we put into the hypothesis ourselves counts a quarter when it is selected after "%s"',
  async (input_text) => {
    await using db = connectDb(await databaseForTest());
    const goal = 'build a REST API with FastAPI and Docker deployment';
    const [first] = [selection()];
    const echo = selection({ input_text, context: { ...first.context, recent_goals: [goal] } });
    await accept(db, [first, echo]);
    await deliver(db, [first]);
    await deliver(db, [echo]);
    const known = (await memories(db)).find(({ content }) => content === goal);
    expect(known?.count).toBe(2);
    expect(known?.confidence).toBeCloseTo(1 - (1 - 0.8) * (1 - 0.8 / 4));
  },
);

test('a dislike that we put into the hypothesis ourselves counts a quarter when it is selected again', async () => {
  await using db = connectDb(await databaseForTest());
  const hypotheses = hypothesesFor(['Do you want to deploy it without Docker?']);
  const first = selection({ hypotheses });
  const echo = selection({
    hypotheses,
    input_text: 'go on',
    context: { ...first.context, dislikes: ['Docker'] },
  });
  await accept(db, [first, echo]);
  await deliver(db, [first]);
  await deliver(db, [echo]);
  const known = (await memories(db)).find(({ content }) => content === 'Avoids: Docker');
  expect(known?.confidence).toBeCloseTo(1 - (1 - 0.72) * (1 - 0.72 / 4));
});

const goal = 'build a REST API with FastAPI and Docker deployment';

test.each<[string, { context?: object; typed?: string; model?: string }, number, number]>([
  ['nothing of it', {}, 0.8, 0.72],
  ['the goal', { context: { recent_goals: [goal] } }, 0.2, 0.72],
  ['one of the things', { context: { preferences: ['Docker'] } }, 0.8, 0.18],
  ['a dislike of it, which is no liking', { context: { dislikes: ['Docker'] } }, 0.8, 0.72],
  [
    'the goal, half of it the user’s words',
    { context: { recent_goals: [goal] }, typed: 'a REST API' },
    0.2,
    0.72,
  ],
  [
    'the goal, all of it the user’s words',
    { context: { recent_goals: [goal] }, typed: `please ${goal}` },
    0.8,
    0.72,
  ],
  [
    'the goal, in a candidate of the caller',
    { context: { recent_goals: [goal], preferences: ['Docker'] }, model: 'candidates' },
    ...[0.8, 0.72],
  ] as const,
])(
  'where we put in %s, the goal and the liking of Docker are as sure as they should',
  async (_what, { context, typed = 'go on', model = 'rules' }, ofGoal, ofDocker) => {
    await using db = connectDb(await databaseForTest());
    const event = selection({ input_text: typed, model_id: model });
    Object.assign(event.context, context);
    await accept(db, [event]);
    await deliver(db, [event]);
    const sureness = (await memories(db)).flatMap(({ content, confidence }) =>
      [goal, 'Prefers: Docker', 'Prefers: Docker deployment'].includes(content)
        ? [confidence.toFixed(4)]
        : [],
    );
    expect(sureness.toSorted()).toEqual([ofDocker, ofGoal].map((one) => one.toFixed(4)).toSorted());
  },
);

test('of two batches of one user at once the later selection supersedes the earlier one', async () => {
  await using db = connectDb(await databaseForTest());
  const [react, vue] = ['React', 'Vue'].map((name, day) =>
    selection({
      hypotheses: hypothesesFor([`Do you want to build it with ${name}?`]),
      occurred_at: `2026-01-0${day + 1}T00:00:00.000Z`,
    }),
  );
  if (!react || !vue) throw new Error('two selections are needed');
  await accept(db, [react, vue]);
  const [learned, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow: typeof extractMemories = async (events, context) => {
    await extractMemories(events, context);
    learned.resolve();
    await commit.promise;
  };
  const first = processEvents({ db, log, consumer: 'memory', handlers: { 'hypothesis.selected': slow } }, [
    react.event_id,
  ]);
  await learned.promise;
  let isOver = false;
  const second = deliver(db, [vue]).finally(() => {
    isOver = true;
  });
  await expect.poll(async () => isOver || isLockAwaited(db), { interval: 5 }).toBe(true);
  commit.resolve();
  await Promise.all([first, second]);
  const active = (await memories(db)).filter(
    ({ type, status }) => type === 'preference' && status === 'active',
  );
  expect(active.map(({ content }) => content)).toEqual(['Prefers: Vue']);
});

test('the twin of a user in another tenant has memories of their own, from one batch', async () => {
  await using db = connectDb(await databaseForTest());
  const events = ['default', 'default2'].map((tenant_id) => selection({ tenant_id }));
  await accept(db, events);
  await deliver(db, events);
  for (const [n, tenantId] of ['default', 'default2'].entries()) {
    const known = await listMemories(db, { tenantId, userId: 'ada', withSuperseded: true, limit: 50 });
    expect(known.map(({ count, sources }) => [count, sources.map((one) => one.interaction_id)])).toEqual(
      Array.from({ length: 4 }, () => [1, [events[n]?.interaction_id]]),
    );
  }
});

test('a batch of many users is stored for each of them', async () => {
  await using db = connectDb(await databaseForTest());
  const events = Array.from({ length: 40 }, (_, n) =>
    selection({ user_id: `user-${n % 8}`, hypotheses: hypothesesFor([`Do you want to build thing ${n}?`]) }),
  );
  await accept(db, events);
  await deliver(db, events);
  const rows = await db.selectFrom('memories').select(['user_id', 'type']).execute();
  expect(rows.filter(({ type }) => type === 'history')).toHaveLength(40);
  expect(new Set(rows.map(({ user_id }) => user_id)).size).toBe(8);
});

/** What is active after the user typed each text, or selected each question, in this order. */
async function learnAll(turns: { typed?: string; picked?: string }[]): Promise<string[]> {
  await using db = connectDb(await databaseForTest());
  const events = turns.map(({ typed = 'go on', picked = 'Do you want help with it?' }, day) =>
    selection({
      input_text: typed,
      hypotheses: hypothesesFor([picked]),
      occurred_at: new Date(Date.UTC(2026, 0, 1 + day)).toISOString(),
    }),
  );
  await accept(db, events);
  for (const event of events) await deliver(db, [event]);
  return (await memories(db))
    .filter(({ type, status }) => type === 'preference' && status === 'active')
    .map(({ content }) => content)
    .sort();
}

test('each thing is a memory of its own: a later Vue supersedes React and leaves PostgreSQL', async () => {
  const turns = [
    { picked: 'Do you want to build it with React and PostgreSQL?' },
    { picked: 'Do you want to build it with Vue?' },
  ];
  expect(await learnAll(turns)).toEqual(['Prefers: PostgreSQL', 'Prefers: Vue']);
});

test('a dislike supersedes the liking of the same thing, and a later liking the dislike', async () => {
  const turns = [
    { picked: 'Do you want to deploy with Docker?' },
    { picked: 'Do you want to deploy without Docker?' },
  ];
  expect(await learnAll(turns)).toEqual(['Avoids: Docker']);
  expect(await learnAll([...turns, { typed: 'I like Docker after all' }])).toEqual(['Prefers: Docker']);
});

test("of tastes in the user's own words that contradict each other the last is active", async () => {
  const turns = [
    { typed: 'I prefer dark mode' },
    { typed: 'I prefer light mode' },
    { typed: "I don't like light mode any more" },
  ];
  expect(await learnAll(turns.slice(0, 2))).toEqual(['Prefers: light mode']);
  expect(await learnAll(turns)).toEqual(['Avoids: light mode']);
  const short = [
    { typed: 'prefer dark mode' },
    { typed: 'prefer light mode' },
    { typed: 'not dark mode any more' },
  ];
  expect(await learnAll(short)).toEqual(['Avoids: dark mode', 'Prefers: light mode']);
  const compared = [{ typed: 'I prefer tea to coffee' }, { typed: 'I prefer coffee to tea' }];
  expect(await learnAll(compared)).toEqual(['Prefers: coffee']);
});
