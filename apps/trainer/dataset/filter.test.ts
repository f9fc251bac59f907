import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { literal, openWorkspace, type Workspace } from './duckdb.ts';
import { type FilterOptions, filterRecords } from './filter.ts';

interface Line {
  user: string;
  event?: string;
  input?: string;
  question?: string;
  at?: string;
  usable?: boolean;
  confident?: boolean;
}

const everything: FilterOptions = {
  tenantId: 'acme',
  excludedUsers: [],
  quarantineFrom: null,
  maxShare: 1,
  minPerUser: 1,
  minConfidence: 0.7,
};

/** A workspace as `readLog` leaves it. Each line has words and an event of its own where it names none. */
async function read(lines: Line[]): Promise<Workspace> {
  const workspace = await openWorkspace(await mkdtemp(join(tmpdir(), 'filter-')));
  onTestFinished(() => workspace[Symbol.asyncDispose]());
  await workspace.run(`create table read (line BIGINT, good BOOLEAN, usable BOOLEAN, confident BOOLEAN,
    timestamp VARCHAR, event_id VARCHAR, user_id VARCHAR, user_input VARCHAR, selected_id VARCHAR,
    hypotheses STRUCT(id VARCHAR, question VARCHAR)[])`);
  const rows = lines.map(
    ({ user, event, input, question = 'Do you?', at = '2026-11-15', usable = true, confident = true }, i) =>
      `(${i}, true, ${usable}, ${confident}, ${literal(at)}, ${literal(event ?? `event-${i}`)}, ${literal(user)},
        ${literal(input ?? `word${i}`)}, 'h1', [{'id': 'h1', 'question': ${literal(question)}}])`,
  );
  if (rows.length > 0) await workspace.run(`insert into read values ${rows.join(', ')}`);
  for (const log of ['hypotheses_data', 'ranking_data']) {
    await workspace.run(`create temp view all_${log} as from read`);
    await workspace.run(`create temp view ${log} as from read where good`);
  }
  return workspace;
}

const times = (count: number, line: Line) => Array<Line>(count).fill(line);
const filter = (workspace: Workspace, changes: Partial<FilterOptions> = {}) =>
  filterRecords(workspace, 'hypotheses_data', { ...everything, ...changes });

/** The lines that are left, in order. */
async function listChosen(workspace: Workspace, log = 'hypotheses_data'): Promise<number[]> {
  const rows = await workspace.rows(`select line from chosen_${log} order by line`);
  return rows.map(({ line }) => Number(line));
}

it('counts what each step leaves, in order', async () => {
  const workspace = await read([
    { user: 'ada' },
    { user: 'ada', event: 'event-0' },
    { user: 'excluded' },
    { user: 'new', at: '2026-11-22' },
    { user: 'ada', usable: false },
    { user: 'ada', confident: false },
    { user: 'bob', input: 'build it', question: 'Build?' },
    { user: 'bob', input: 'Build it!', question: 'Build?' },
  ]);
  const counts = await filter(workspace, { excludedUsers: ['excluded'], quarantineFrom: '2026-11-20' });
  expect(Object.entries(counts)).toEqual([
    ['distinct_events', 7],
    ['of_users_who_may_be_learned_from', 6],
    ['out_of_quarantine', 5],
    ['with_a_pick', 4],
    ['confident_enough', 3],
    ['without_near_duplicates', 2],
    ['within_the_share_of_a_saying', 2],
    ['within_the_share_of_a_user', 2],
  ]);
  const [first, second] = await listChosen(workspace);
  expect([first, [6, 7].includes(second ?? -1)]).toEqual([0, true]);
});

it('keeps the first line of an event', async () => {
  const workspace = await read([{ user: 'ada', event: 'a' }, { user: 'ada', event: 'a' }, { user: 'ada' }]);
  await filter(workspace);
  expect(await listChosen(workspace)).toEqual([0, 2]);
});

it('leaves out every user of a long list, and nobody whose name only looks like theirs', async () => {
  const excludedUsers = Array.from({ length: 2_001 }, (_, i) => `user-${i}'; drop`);
  const users = [0, 999, 1_000, 2_000].map((i) => `user-${i}'; drop`);
  const workspace = await read([...users, 'user-0', "user-2001'; drop"].map((user) => ({ user })));
  await filter(workspace, { excludedUsers });
  expect(await listChosen(workspace)).toEqual([4, 5]);
});

it('holds back who was first seen at the time of the quarantine or later, whenever they select', async () => {
  const from = '2026-11-20T00:00:00.000Z';
  const [before, later] = ['2026-11-19T23:59:59.999Z', '2026-11-25T00:00:00.000Z'];
  const workspace = await read([
    { user: 'old', at: before },
    { user: 'old', at: later },
    { user: 'new', at: from },
    { user: 'newer', at: later },
  ]);
  await filter(workspace, { quarantineFrom: from });
  expect(await listChosen(workspace)).toEqual([0, 1]);
});

it('learns from everybody where everybody is new, and where nobody is held back', async () => {
  const lines = ['2026-11-20', '2026-11-21'].map((at, i) => ({ user: `user-${i}`, at }));
  const workspace = await read(lines);
  await filter(workspace, { quarantineFrom: '2026-11-20' });
  expect(await listChosen(workspace)).toEqual([0, 1]);
  await filter(workspace);
  expect(await listChosen(workspace)).toEqual([0, 1]);
});

it.each([
  ['a tenth of 30 lines, which is 3', { maxShare: 0.1, minPerUser: 1 }, 3],
  ['the next lower whole number', { maxShare: 0.13, minPerUser: 1 }, 3],
  ['what everybody may have, where that is more', { maxShare: 0.1, minPerUser: 4 }, 4],
  ['all that they said, where the share is more', { maxShare: 0.5, minPerUser: 1 }, 5],
])('lets a user have %s', async (_, shares, left) => {
  const lines = Array.from({ length: 25 }, (_, i) => ({ user: `user-${i}` }));
  const workspace = await read([...lines, ...times(5, { user: 'busy' })]);
  const counts = await filter(workspace, shares);
  expect(counts['within_the_share_of_a_saying']).toBe(30);
  expect(counts['within_the_share_of_a_user']).toBe(25 + left);
  expect((await listChosen(workspace)).filter((line) => line >= 25)).toHaveLength(left);
});

it('keeps the same lines of a busy user in whatever order they were written: who floods early gains nothing', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => ({ user: 'ada', event: `e-${i}`, input: `word${i}` }));
  const listKept = async (written: Line[]) => {
    const workspace = await read(written);
    await filter(workspace, { maxShare: 0.25 });
    const rows = await workspace.rows('select event_id from chosen_hypotheses_data order by event_id');
    return rows.map(({ event_id }) => event_id);
  };
  const kept = await listKept(lines);
  expect(kept).toHaveLength(10);
  expect(await listKept(lines.toReversed())).toEqual(kept);
});

it('limits the share of what many users say alike before that of a user', async () => {
  const alike = Array.from({ length: 10 }, (_, i) => ({ user: `user-${i}`, input: 'the same' }));
  const others = Array.from({ length: 10 }, () => ({ user: 'busy' }));
  const workspace = await read([...alike, ...others]);
  const counts = await filter(workspace, { maxShare: 0.2, minPerUser: 1 });
  // 4 of 20 lines for the saying; then 2 of 14 for the user.
  expect(counts).toMatchObject({ within_the_share_of_a_saying: 14, within_the_share_of_a_user: 6 });
});

it('counts every line of the ranker, though many are alike', async () => {
  const workspace = await read(times(5, { user: 'ada', input: 'the same' }));
  const counts = await filterRecords(workspace, 'ranking_data', everything);
  expect(counts).toMatchObject({ without_near_duplicates: 5, within_the_share_of_a_user: 5 });
  expect(counts).not.toHaveProperty('within_the_share_of_a_saying');
  expect(await listChosen(workspace, 'ranking_data')).toEqual([0, 1, 2, 3, 4]);
});

/** The last two digits of the first 8 of sha256 of tenant and user, by hand: 0, 79, 80, 89, 90 and 99. */
const atTheBounds = {
  'user-63': ['4166b340b6db1d99', 'train'],
  'user-30': ['7f0e7fe794093224', 'train'],
  'user-207': ['6d133680524c8981', 'validation'],
  'user-7': ['9db497292b0bbef1', 'validation'],
  'user-76': ['e2372d4a4fb68e92', 'test'],
  'user-60': ['93a2aa5f769f038c', 'test'],
};
const others = ['a', 'b', 'c', 'd'];

it('deals users out by the hash of tenant and user: 80 of 100 to training, 10 to validation, 10 to test', async () => {
  const workspace = await read([...Object.keys(atTheBounds), ...others].map((user) => ({ user })));
  await filter(workspace);
  const rows = await workspace.rows('select user_id, user_hash, split from chosen_hypotheses_data');
  const splits = Object.fromEntries(
    rows.map(({ user_id, user_hash, split }) => [user_id, [user_hash, split]]),
  );
  expect(splits).toMatchObject(atTheBounds);
});

it('trains on everybody where fewer than ten users are left', async () => {
  const users = [...Object.keys(atTheBounds), ...others].map((user) => ({ user }));
  const workspace = await read(users);
  await filter(workspace, { excludedUsers: ['a'] });
  const rows = await workspace.rows('select distinct split from chosen_hypotheses_data');
  expect(rows).toEqual([{ split: 'train' }]);
});

it('leaves only the numbers of the chosen lines and their users in memory', async () => {
  const workspace = await read([
    { user: 'ada', input: 'build it' },
    { user: 'ada', input: 'build it now' },
  ]);
  await filter(workspace);
  const tables = await workspace.rows('select table_name as name from duckdb_tables() order by name');
  expect(tables.map(({ name }) => name)).toEqual(['lines_hypotheses_data', 'read', 'users']);
  const views = await workspace.rows(
    "select view_name as name from duckdb_views() where not internal and view_name not like '%ranking%' order by name",
  );
  expect(views.map(({ name }) => name)).toEqual([
    'all_hypotheses_data',
    'chosen_hypotheses_data',
    'hypotheses_data',
  ]);
});
