import { literal, type Workspace } from './duckdb.ts';
import { type ReadLog, texts } from './log-columns.ts';
import { listNearDuplicates } from './near-duplicates.ts';

export interface FilterOptions {
  tenantId: string;
  excludedUsers: string[];
  /** ISO 8601. Later users are excluded, unless the whole log is younger: it slows down poisoning with new users. */
  quarantineFrom: string | null;
  /** Maximum share of samples from one user or with the same text, in (0, 1]. */
  maxShare: number;
  minPerUser: number;
  /** In [0, 1]. */
  minConfidence: number;
}

/** Lines left after each step, in order. */
export type Counts = Record<string, number>;

/** With fewer users everything is training data, since a split could be empty. */
export const minUsersToSplit = 10;

/**
 * Creates the view `chosen_<log>`. Splits are by user hash, so no user is in two. Only numeric keys are sorted and
 * grouped, so hundreds of millions of lines spill little.
 */
export async function filterRecords(
  workspace: Workspace,
  log: ReadLog,
  options: FilterOptions,
): Promise<Counts> {
  await listUsers(workspace, log, options);
  await workspace.run(`create or replace temp table keys as
    select line, hash(event_id) as event, user_no, allowed, settled, usable, confident
    from ${log} join users using (user_id)`);
  const counts = await filterRecordwise(workspace);
  counts['without_near_duplicates'] = await dropNearDuplicates(workspace, log);
  if (texts[log] !== null)
    counts['within_the_share_of_a_saying'] = await capShares(workspace, 'saying', options);
  counts['within_the_share_of_a_user'] = await capShares(workspace, 'user_no', options);
  await split(workspace, log);
  for (const table of ['keys', 'firsts', 'said', 'repeated', 'busy', 'lines', 'excluded'])
    await workspace.run(`drop table if exists ${table}`);
  return counts;
}

async function listUsers(workspace: Workspace, log: ReadLog, options: FilterOptions): Promise<void> {
  await workspace.run('create or replace temp table excluded (user_id VARCHAR)');
  for (let i = 0; i < options.excludedUsers.length; i += 1_000) {
    const batch = options.excludedUsers.slice(i, i + 1_000).map((user) => `(${literal(user)})`);
    await workspace.run(`insert into excluded values ${batch.join(', ')}`);
  }
  const from = options.quarantineFrom === null ? null : literal(options.quarantineFrom);
  const settled = from === null ? 'true' : `first_seen < ${from} or min(first_seen) over () >= ${from}`;
  await workspace.run(`create or replace temp table users as
    select user_id, row_number() over ()::int as user_no, (${settled}) as settled,
      user_id not in (select user_id from excluded) as allowed,
      substr(sha256(concat(${literal(options.tenantId)}, chr(31), user_id)), 1, 16) as user_hash
    from (select user_id, min(timestamp) as first_seen from ${log} group by user_id)`);
}

async function filterRecordwise(workspace: Workspace): Promise<Counts> {
  await workspace.run(`create or replace temp table firsts as
    select * from keys where line in (select min(line) from keys group by event)`);
  const row = await workspace.row(`select count(*)::int as distinct_events,
      (count(*) filter (allowed))::int as of_users_who_may_be_learned_from,
      (count(*) filter (allowed and settled))::int as out_of_quarantine,
      (count(*) filter (allowed and settled and usable))::int as with_a_pick,
      (count(*) filter (allowed and settled and usable and confident))::int as confident_enough
    from firsts`);
  await workspace.run(`create or replace temp table lines as
    select line, event, user_no, event as saying from firsts where allowed and settled and usable and confident`);
  return Object.fromEntries(Object.entries(row).map(([name, n]) => [name, Number(n)]));
}

/** Only repeats by the same user go: how many users select a text is what a model should learn. */
async function dropNearDuplicates(workspace: Workspace, log: ReadLog): Promise<number> {
  const textColumns = texts[log];
  if (textColumns !== null) {
    await workspace.run(`create or replace temp view texts as
      select line, event, user_no, ${textColumns.request} as request, ${textColumns.selection} as choice
      from all_${log} join lines using (line)`);
    await listNearDuplicates(workspace);
    await workspace.run('drop view texts');
    await workspace.run(`create or replace temp table lines as
      select line, event, user_no, saying from said where line not in (select line from repeated)`);
  }
  return workspace.count('from lines');
}

/** Limits one user's or one text's share. A hash decides which lines stay, so flooding early or late gains nothing. */
async function capShares(
  workspace: Workspace,
  of: 'user_no' | 'saying',
  { maxShare, minPerUser }: FilterOptions,
): Promise<number> {
  const cap = Math.max(minPerUser, Math.floor(maxShare * (await workspace.count('from lines'))));
  // Sorting is expensive, so only the lines over the cap are sorted.
  await workspace.run(`create or replace temp table busy as
    select ${of} as who from lines group by ${of} having count(*) > ${cap}`);
  await workspace.run(`create or replace temp table lines as
    select * from lines where ${of} not in (select who from busy)
    union all
    (select * from lines where ${of} in (select who from busy)
      qualify row_number() over (partition by ${of} order by event) <= ${cap})`);
  return workspace.count('from lines');
}

/** Joins wide lines with the narrow table once, to keep them out of memory. */
async function split(workspace: Workspace, log: ReadLog): Promise<void> {
  const bucket = "(('0x' || substr(user_hash, 1, 8))::BIGINT % 100)";
  await workspace.run(`create or replace temp table lines_${log} as
    with few as (select count(distinct user_no) < ${minUsersToSplit} as few from lines)
    select line, user_hash, case
      when few or ${bucket} < 80 then 'train' when ${bucket} < 90 then 'validation' else 'test' end as split
    from lines join users using (user_no), few`);
  await workspace.run(`create or replace temp view chosen_${log} as
    select * from all_${log} join lines_${log} using (line)`);
}
