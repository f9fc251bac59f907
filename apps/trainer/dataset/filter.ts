import { literal, type Workspace } from './duckdb.ts';
import { type ReadLog, texts } from './log-columns.ts';
import { listNearDuplicates } from './near-duplicates.ts';

/** Which lines may become samples. */
export interface FilterOptions {
  tenantId: string;
  /** Users who are not to be learned from: erased, or opted out. */
  excludedUsers: string[];
  /**
   * Users first seen after this (ISO 8601) are in quarantine, unless the whole log is younger; null when nobody is.
   * Who makes up users to teach us something has to wait, and to be seen, before they count.
   */
  quarantineFrom: string | null;
  /** At most this share of the samples may be one user's, or say the same, in (0, 1] … */
  maxShare: number;
  /** … and in any case this many. */
  minPerUser: number;
  /** Picks of less confidence than this, in [0, 1], are no example. */
  minConfidence: number;
}

/** How many lines were left after each step, in the order of the steps. */
export type Counts = Record<string, number>;

/** With fewer users than this all are trained on: a split would leave a part empty. */
export const fewestUsersToSplit = 10;

/**
 * Makes the view `chosen_<log>` of the lines that may be learned from, with `user_hash` and `split`, and says how many
 * were left after each step. No user is in two splits: the split is by the hash of the user. Only numbers are
 * sorted and grouped, so that hundreds of millions of lines spill little.
 */
export async function filterRecords(
  workspace: Workspace,
  log: ReadLog,
  choice: FilterOptions,
): Promise<Counts> {
  await listUsers(workspace, log, choice);
  await workspace.run(`create or replace temp table keys as
    select line, hash(event_id) as event, user_no, allowed, settled, usable, confident
    from ${log} join users using (user_id)`);
  const counts = await filterRecordwise(workspace);
  counts['without_near_duplicates'] = await dropNearDuplicates(workspace, log);
  if (texts[log] !== null)
    counts['within_the_share_of_a_saying'] = await capShares(workspace, 'saying', choice);
  counts['within_the_share_of_a_user'] = await capShares(workspace, 'user_no', choice);
  await split(workspace, log);
  for (const table of ['keys', 'firsts', 'said', 'repeated', 'busy', 'lines', 'excluded'])
    await workspace.run(`drop table if exists ${table}`);
  return counts;
}

async function listUsers(workspace: Workspace, log: ReadLog, choice: FilterOptions): Promise<void> {
  await workspace.run('create or replace temp table excluded (user_id VARCHAR)');
  for (let i = 0; i < choice.excludedUsers.length; i += 1_000) {
    const some = choice.excludedUsers.slice(i, i + 1_000).map((user) => `(${literal(user)})`);
    await workspace.run(`insert into excluded values ${some.join(', ')}`);
  }
  const from = choice.quarantineFrom === null ? null : literal(choice.quarantineFrom);
  const settled = from === null ? 'true' : `first_seen < ${from} or min(first_seen) over () >= ${from}`;
  await workspace.run(`create or replace temp table users as
    select user_id, row_number() over ()::int as user_no, (${settled}) as settled,
      user_id not in (select user_id from excluded) as allowed,
      substr(sha256(concat(${literal(choice.tenantId)}, chr(31), user_id)), 1, 16) as user_hash
    from (select user_id, min(timestamp) as first_seen from ${log} group by user_id)`);
}

/** The steps that look at one line alone, after the first of every event. Leaves the table `lines`. */
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

/**
 * A user who repeats a choice teaches nothing new. Different users who make the same choice do: how many take which
 * option is what a model is to learn, so they stay.
 */
async function dropNearDuplicates(workspace: Workspace, log: ReadLog): Promise<number> {
  const said = texts[log];
  if (said !== null) {
    await workspace.run(`create or replace temp view texts as
      select line, event, user_no, ${said.request} as request, ${said.choice} as choice
      from all_${log} join lines using (line)`);
    await listNearDuplicates(workspace);
    await workspace.run('drop view texts');
    await workspace.run(`create or replace temp table lines as
      select line, event, user_no, saying from said where line not in (select line from repeated)`);
  }
  return workspace.count('from lines');
}

/**
 * Neither a user nor what many users say alike may fill a dataset. Which lines stay is left to a hash, so that
 * flooding early or late gains nothing.
 */
async function capShares(
  workspace: Workspace,
  of: 'user_no' | 'saying',
  { maxShare, minPerUser }: FilterOptions,
): Promise<number> {
  const cap = Math.max(minPerUser, Math.floor(maxShare * (await workspace.count('from lines'))));
  // Sorting is dear: only the lines of those that have too many are sorted.
  await workspace.run(`create or replace temp table busy as
    select ${of} as who from lines group by ${of} having count(*) > ${cap}`);
  await workspace.run(`create or replace temp table lines as
    select * from lines where ${of} not in (select who from busy)
    union all
    (select * from lines where ${of} in (select who from busy)
      qualify row_number() over (partition by ${of} order by event) <= ${cap})`);
  return workspace.count('from lines');
}

/** Wide lines are joined once, with what is narrow: so they stay out of memory. */
async function split(workspace: Workspace, log: ReadLog): Promise<void> {
  const bucket = "(('0x' || substr(user_hash, 1, 8))::BIGINT % 100)";
  await workspace.run(`create or replace temp table lines_${log} as
    with few as (select count(distinct user_no) < ${fewestUsersToSplit} as few from lines)
    select line, user_hash, case
      when few or ${bucket} < 80 then 'train' when ${bucket} < 90 then 'validation' else 'test' end as split
    from lines join users using (user_no), few`);
  await workspace.run(`create or replace temp view chosen_${log} as
    select * from all_${log} join lines_${log} using (line)`);
}
