import type { ReadLog } from './read-log.ts';
import { literal, type Workspace } from './workspace.ts';

/** Which lines may become samples. */
export interface Choice {
  tenantId: string;
  /** Users who are not to be learned from: erased, or opted out. */
  excludedUsers: string[];
  /**
   * Users first seen after this (ISO 8601) are in quarantine, unless the whole log is younger; null when nobody is.
   * Who makes up users to teach us something has to wait, and to be seen, before they count.
   */
  quarantineFrom: string | null;
  /** At most this share of the samples may be one user's, in (0, 1] … */
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

/** Words regardless of order, case, accents and punctuation: what has the same is a near-duplicate. */
const words = (text: string) =>
  `list_sort(list_distinct(string_split(trim(regexp_replace(lower(strip_accents(${text})), '[^\\pL\\pN]+', ' ', 'g')), ' ')))`;
const chosen = (field: string) => `list_filter(hypotheses, lambda h: h.id = selected_id)[1].${field}`;

interface Key {
  usable: string;
  confidence: string;
  /** Lines of the same likeness are near-duplicates; null where every line stands for itself. */
  likeness: string | null;
}

const keys: Record<ReadLog, Key> = {
  hypotheses_data: {
    usable: `label = 'positive' and ${chosen('question')} is not null`,
    confidence: `coalesce(selected_confidence, ${chosen('confidence')}, 0)`,
    likeness: `hash(${words('user_input')}, ${words(chosen('question'))})`,
  },
  persona_updates: { usable: 'cardinality(facet_deltas) > 0', confidence: '1', likeness: null },
  ranking_data: {
    usable: 'len(hypotheses) > 1 and len(list_filter(hypotheses, lambda h: h.chosen)) = 1',
    confidence: '1',
    likeness: null,
  },
};

/**
 * Makes the view `chosen_<log>` of the lines that may be learned from, with `user_hash` and `split`, and says how many
 * were left after each step. No user is in two splits: the split is by the hash of the user. Only numbers are
 * sorted and grouped, so that hundreds of millions of lines spill little.
 */
export async function chooseLines(workspace: Workspace, log: ReadLog, choice: Choice): Promise<Counts> {
  await listUsers(workspace, log, choice);
  await workspace.run(`create or replace temp table keys as
    select line, hash(event_id) as event, user_no, allowed, settled, ${keys[log].usable} as usable,
      ${keys[log].confidence} >= ${choice.minConfidence} as confident
    from ${log} join users using (user_id)`);
  const counts = await filterSimply(workspace);
  counts['without_near_duplicates'] = await dropNearDuplicates(workspace, log);
  counts['within_the_share_of_a_user'] = await capShares(workspace, choice);
  await split(workspace, log);
  for (const table of ['keys', 'firsts', 'likenesses', 'busy', 'lines', 'excluded'])
    await workspace.run(`drop table if exists ${table}`);
  return counts;
}

async function listUsers(workspace: Workspace, log: ReadLog, choice: Choice): Promise<void> {
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
async function filterSimply(workspace: Workspace): Promise<Counts> {
  await workspace.run(`create or replace temp table firsts as
    select * from keys where line in (select min(line) from keys group by event)`);
  const row = await workspace.row(`select count(*)::int as distinct_events,
      (count(*) filter (allowed))::int as of_users_who_may_be_learned_from,
      (count(*) filter (allowed and settled))::int as out_of_quarantine,
      (count(*) filter (allowed and settled and usable))::int as with_a_pick,
      (count(*) filter (allowed and settled and usable and confident))::int as confident_enough
    from firsts`);
  await workspace.run(`create or replace temp table lines as
    select line, event, user_no from firsts where allowed and settled and usable and confident`);
  return Object.fromEntries(Object.entries(row).map(([name, n]) => [name, Number(n)]));
}

async function dropNearDuplicates(workspace: Workspace, log: ReadLog): Promise<number> {
  const { likeness } = keys[log];
  if (likeness !== null) {
    await workspace.run(`create or replace temp table likenesses as
      select l.*, ${likeness} as likeness from lines l join ${log} using (line)`);
    await workspace.run(`create or replace temp table lines as
      select line, event, user_no from likenesses
      where line in (select arg_min(line, event) from likenesses group by likeness)`);
  }
  return workspace.count('from lines');
}

/** Which of a user's lines stay is left to a hash, so that flooding early or late gains nothing. */
async function capShares(workspace: Workspace, { maxShare, minPerUser }: Choice): Promise<number> {
  const cap = Math.max(minPerUser, Math.floor(maxShare * (await workspace.count('from lines'))));
  // Sorting is dear: only the lines of users who have too many are sorted.
  await workspace.run(`create or replace temp table busy as
    select user_no from lines group by user_no having count(*) > ${cap}`);
  await workspace.run(`create or replace temp table lines as
    select line, event, user_no from lines where user_no not in (select user_no from busy)
    union all
    (select line, event, user_no from lines where user_no in (select user_no from busy)
      qualify row_number() over (partition by user_no order by event) <= ${cap})`);
  return workspace.count('from lines');
}

/** Lines are joined with users and told by their numbers, never with each other: wide lines stay out of memory. */
async function split(workspace: Workspace, log: ReadLog): Promise<void> {
  const bucket = "(('0x' || substr(user_hash, 1, 8))::BIGINT % 100)";
  await workspace.run(`create temp table users_${log} as
    select user_id, user_hash, case
      when (select count(distinct user_no) from lines) < ${fewestUsersToSplit} then 'train'
      when ${bucket} < 80 then 'train' when ${bucket} < 90 then 'validation' else 'test' end as split
    from users`);
  await workspace.run(`create temp table lines_${log} as select line from lines`);
  await workspace.run(`create temp view chosen_${log} as
    select * from ${log} join users_${log} using (user_id) where line in (select line from lines_${log})`);
}
