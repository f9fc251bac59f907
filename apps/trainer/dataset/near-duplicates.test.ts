import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seeded } from '../testing/seeded.ts';
import { literal, openWorkspace } from './duckdb.ts';
import { listNearDuplicates } from './near-duplicates.ts';

interface Said {
  user: number;
  request: string;
  choice: string;
}

/** The numbers of those that are near-duplicates of others. */
async function repeated(all: Said[]): Promise<number[]> {
  await using workspace = await openWorkspace(await mkdtemp(join(tmpdir(), 'alike-')));
  await workspace.run('create table given (line INTEGER, user_no INTEGER, request VARCHAR, choice VARCHAR)');
  const rows = all.map(
    ({ user, request, choice }, line) => `(${line}, ${user}, ${literal(request)}, ${literal(choice)})`,
  );
  await workspace.run(`insert into given values ${rows.join(', ')}`);
  await workspace.run(
    'create temp view texts as select *, hash(user_no, request, choice) as event from given',
  );
  await listNearDuplicates(workspace);
  const found = await workspace.rows('select line from repeated order by line');
  return found.map(({ line }) => Number(line));
}

const choice = 'Do you want to build a REST API with FastAPI?';
const same = [
  ['build a REST API for my shop', 'Build a REST-API, for my shop!'],
  ['build a REST API for my shop', '  build a REST  API -- for\tmy shop . '],
  ['please build a REST API for my shop', 'build REST API for my shop'],
  ['build a REST API for my little shop in Python', 'build a REST API for my shop in Python'],
  ['please deploy the café site to production today', 'deploy Cafe site to production, today!'],
  [
    'move all of the invoices from the old server to the new one',
    'move all invoices from old server to the new one',
  ],
  // Without these words both are the same; two of three words would be too few.
  ...['a', 'an', 'the', 'please', 'pls', 'kindly', 'just'].map((word) => [
    'build API',
    `${word} build ${word} ${word} API`,
  ]),
  // Four of five words, and eight of ten.
  ['a1 b2 c3 d4', 'a1 b2 x9 c3 d4'],
  ['a1 b2 c3 d4 e5 f6 g7 h8', 'x9 a1 b2 c3 d4 e5 f6 g7 h8 y0'],
];
const different = [
  ['build a REST API for my shop', 'build a REST API for my blog'],
  [
    'write a long report on the sales of shoes in Spain last year',
    'write a long report on the sales of boots in Spain last year',
  ],
  ['convert the code from Go to Rust', 'convert the code from Rust to Go'],
  ['do not restart the server when the queue is full', 'do restart the server when the queue is full'],
  ["don't send a mail to every user at night", 'send a mail to every user at night'],
  ['build API', 'build API and deploy it'],
  ...['not', 'no', 'never', 'without', 'nor', 'except', 'dont', 'cannot'].map((word) => [
    'build REST API for my shop',
    `build REST API for my shop ${word}`,
  ]),
  ['is it built as REST API for shops', 'isn’t it built as REST API for shops'],
  // Three of four words, seven of nine, and a part of a word.
  ['a1 b2 c3', 'a1 b2 c3 d4'],
  ['a1 b2 c3 d4 e5 f6 g7', 'a1 b2 c3 d4 e5 f6 g7 h8 i9'],
  ['a1 b2 c3 d4 e5', 'a1 b2 c3 d4 e55'],
];

it('takes a request with words left out for the same, and one with others for different', async () => {
  const said = [...same, ...different].flatMap((pair, user) =>
    pair.map((request) => ({ user, request, choice })),
  );
  const users = (await repeated(said)).map((line) => said[line]?.user);
  expect(users).toEqual(same.map((_, user) => user));
});

it('keeps the same request where something else was chosen, and where another user asks', async () => {
  const request = 'build a REST API for my shop';
  const graphql = 'Do you want to build a GraphQL API with Node?';
  expect(
    await repeated([
      { user: 1, request, choice },
      { user: 1, request, choice: graphql },
      { user: 2, request, choice },
    ]),
  ).toEqual([]);
});

it('takes a choice for the same in other case and punctuation, too', async () => {
  const request = 'build a REST API for my shop';
  const choices = ['Do you want a REST API?', 'do you want the REST-API', 'Do you want a SOAP API?'];
  const found = await repeated(choices.map((one) => ({ user: 1, request, choice: one })));
  expect(found).toHaveLength(1);
  expect([0, 1]).toContain(found[0]);
});

it('finds them among many, whatever their order, and nothing else', async () => {
  const random = seeded(3);
  const word = () => `w${Math.floor(random() * 300)}`;
  const requests = Array.from({ length: 200 }, () => Array.from({ length: 8 }, word));
  const shorter = requests.slice(0, 100).map((all) => all.toSpliced(Math.floor(random() * 8), 1));
  const other = requests.slice(100).map((all) => all.with(Math.floor(random() * 8), 'another'));
  const said = [...requests, ...shorter, ...other].map((all) => ({
    ...{ user: 1, request: all.join(' '), choice },
  }));
  const found = await repeated(said);
  expect(found.filter((line) => line >= 300)).toEqual([]);
  const pairs = found.map((line) => line % 200);
  expect(new Set(pairs).size).toBe(pairs.length);
  expect(pairs.every((line) => line < 100)).toBe(true);
  expect(pairs.length).toBeGreaterThan(97);
  const texts = (lines: number[], of: Said[]) => lines.map((line) => of[line]?.request).sort();
  expect(texts(await repeated(said.toReversed()), said.toReversed())).toEqual(texts(found, said));
});
