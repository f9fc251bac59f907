import type { Workspace } from './duckdb.ts';

/**
 * Near-duplicates: selections of the same question by one user, where one request is the other with at most a fifth
 * of its words, and no negation, left out. Word order matters, since swapped words are another request.
 * Candidate pairs come from MinHash (Broder 1997, "On the resemblance and containment of documents") in bands
 * (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", 3.4). With 12 bands of 3 rows, a pair sharing four
 * fifths of its words shares a band with probability 1 − (1 − 0.8³)¹² = 0.9998. Each line is compared with the first
 * of its bands only, so the work grows linearly.
 */
const bands = 12;
const rows = 3;
const minKeptShare = 0.8;

const stopWords = ['a', 'an', 'the', 'please', 'pls', 'kindly', 'just'];
const negations = ['not', 'no', 'never', 'without', 'nor', 'except', 'dont', 'cannot'];

/** In order, separated by single spaces, without case, accents or punctuation. */
const normalizeSql = (text: string): string => {
  const plain = `regexp_replace(lower(strip_accents(${text})), 'n[''’]t\\b', ' not', 'g')`;
  // Not `[^\pL\pN]+`: most words are already separated by one space, and every replacement costs.
  const spaced = `regexp_replace(${plain}, '[^\\pL\\pN ][^\\pL\\pN]*| [^\\pL\\pN]+', ' ', 'g')`;
  return `trim(regexp_replace(' ' || ${spaced} || ' ', ' (?:(?:${stopWords.join('|')}) )+', ' ', 'g'))`;
};

/**
 * Reads the view `texts`; creates `said`, with equal `saying` for equal words, and `repeated`, the lines to drop. The
 * hash `event` decides which line stays.
 */
export async function listNearDuplicates(workspace: Workspace): Promise<void> {
  await workspace.run(`create or replace temp table said as
    select line, event, user_no, hash(choice, request) as saying, hash(user_no, choice, request) as own,
      hash(user_no, choice) as pool
    from (select line, event, user_no, hash(${normalizeSql('request')}) as request, hash(${normalizeSql('choice')}) as choice
      from texts)`);
  await workspace.run(`create or replace temp table repeated as
    select line from said where own in (select own from said group by own having count(*) > 1)
    qualify row_number() over (partition by own order by event, line) > 1`);
  await workspace.run(`create or replace temp table pools as
    select line, event, pool from said where line not in (select line from repeated)
      and pool in (select pool from said group by pool having count(distinct own) > 1)`);
  await workspace.run(`create or replace temp table alike as
    select line, pools.event, pool, ${normalizeSql('request')} as request from texts join pools using (line)`);
  await workspace.run(`create or replace temp table banded as
    with minima as (
      select line, event, pool, [${minHashes()}] as low
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

function minHashes(): string {
  const hashes = Array.from({ length: rows * bands }, (_, i) => i);
  return hashes.map((i) => `list_min(list_transform(word, lambda w: hash(w, ${i})))`).join(', ');
}

/** Whether `short` is `long` with a few words left out. Words contain no LIKE wildcards. */
function isLeftOut(short: string, long: string): string {
  const count = (text: string) => `len(string_split(${text}, ' '))`;
  const countNegations = (text: string) =>
    `len(list_filter(string_split(${text}, ' '), lambda w: w in (${toSqlList(negations)})))`;
  const markedWords = `'|' || replace(${long}, ' ', '||') || '|'`;
  const pattern = `'%|' || replace(${short}, ' ', '|%|') || '|%'`;
  return `(${count(short)} >= ${minKeptShare} * ${count(long)} and ${countNegations(short)} = ${countNegations(long)}
    and ${markedWords} like ${pattern})`;
}

const toSqlList = (all: string[]) => all.map((word) => `'${word}'`).join(', ');
