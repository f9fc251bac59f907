import type { Workspace } from './duckdb.ts';

/**
 * Two picks of one user are near-duplicates when the same question was chosen for requests of which one is the other
 * with words left out, at most a fifth of them and no negation. Word by word, in order: the same template with another
 * object has a word that the other has not, and a request with the words swapped asks for something else.
 *
 * Candidates are found by MinHash (Broder 1997, "On the resemblance and containment of documents") over words, in
 * bands (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", 3.4): with 12 bands of 3 rows a pair that has
 * four fifths of its words in common shares a band with probability 1 − (1 − 0.8³)¹² = 0.9998, and each is compared
 * with the first of its bands only, so that the work grows with the lines, not with their pairs.
 */
const bands = 12;
const rows = 3;
const leastKept = 0.8;

/** Words that ask for nothing. */
const empty = ['a', 'an', 'the', 'please', 'pls', 'kindly', 'just'];
const negations = ['not', 'no', 'never', 'without', 'nor', 'except', 'dont', 'cannot'];

/** The words of a text that say something, in order, with one space between: no case, accents or punctuation. */
const words = (text: string): string => {
  const plain = `regexp_replace(lower(strip_accents(${text})), 'n[''’]t\\b', ' not', 'g')`;
  // Not `[^\pL\pN]+`: most words have one space between them already, and every replacement costs.
  const spaced = `regexp_replace(${plain}, '[^\\pL\\pN ][^\\pL\\pN]*| [^\\pL\\pN]+', ' ', 'g')`;
  return `trim(regexp_replace(' ' || ${spaced} || ' ', ' (?:(?:${empty.join('|')}) )+', ' ', 'g'))`;
};

/**
 * Of the view `texts` (`line`, `event`, `user_no`, and the texts `request` and `choice`) makes the table `said` (`line`,
 * `event`, `user_no`, `saying`: the same number where request and choice have the same words) and lists in the table
 * `repeated` the lines that are near-duplicates of another, which stays. Which one stays is left to `event`, a hash.
 */
export async function listNearDuplicates(workspace: Workspace): Promise<void> {
  await workspace.run(`create or replace temp table said as
    select line, event, user_no, hash(choice, request) as saying, hash(user_no, choice, request) as own,
      hash(user_no, choice) as pool
    from (select line, event, user_no, hash(${words('request')}) as request, hash(${words('choice')}) as choice
      from texts)`);
  await workspace.run(`create or replace temp table repeated as
    select line from said where own in (select own from said group by own having count(*) > 1)
    qualify row_number() over (partition by own order by event, line) > 1`);
  await workspace.run(`create or replace temp table pools as
    select line, event, pool from said where line not in (select line from repeated)
      and pool in (select pool from said group by pool having count(distinct own) > 1)`);
  await workspace.run(`create or replace temp table alike as
    select line, pools.event, pool, ${words('request')} as request from texts join pools using (line)`);
  await workspace.run(`create or replace temp table banded as
    with minima as (
      select line, event, pool, [${minima()}] as low
      from (select *, string_split(request, ' ') as word from alike)
    )
    select line, event, hash(pool, band, low[${rows} * band + 1 : ${rows} * band + ${rows}]) as bucket
    from minima, range(${bands}) as numbers(band)`);
  await workspace.run(`insert into repeated
    with firsts as (select bucket, arg_min(line, (event, line)) as first from banded group by bucket having count(*) > 1),
    pairs as (select distinct line, first from banded join firsts using (bucket) where line <> first)
    select distinct line from (
      select pairs.line, one.request as one, other.request as other from pairs
      join alike one using (line) join alike other on other.line = pairs.first
    ) where ${isLeftOut('one', 'other')} or ${isLeftOut('other', 'one')}`);
  for (const table of ['pools', 'alike', 'banded']) await workspace.run(`drop table ${table}`);
}

function minima(): string {
  const hashes = Array.from({ length: rows * bands }, (_, i) => i);
  return hashes.map((i) => `list_min(list_transform(word, lambda w: hash(w, ${i})))`).join(', ');
}

/** Whether the short text is the long one with a few words left out. Words have no character that LIKE knows. */
function isLeftOut(short: string, long: string): string {
  const count = (text: string) => `len(string_split(${text}, ' '))`;
  const denied = (text: string) =>
    `len(list_filter(string_split(${text}, ' '), lambda w: w in (${listed(negations)})))`;
  const marked = `'|' || replace(${long}, ' ', '||') || '|'`;
  const pattern = `'%|' || replace(${short}, ' ', '|%|') || '|%'`;
  return `(${count(short)} >= ${leastKept} * ${count(long)} and ${denied(short)} = ${denied(long)}
    and ${marked} like ${pattern})`;
}

const listed = (all: string[]) => all.map((word) => `'${word}'`).join(', ');
