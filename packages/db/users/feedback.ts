import type { FeedbackGiven } from '@learning-loop/events/event';
import { type UserKey, userKeysJson } from '@learning-loop/events/ids';
import { type Insertable, sql } from 'kysely';
import type { Tx } from '../connect.ts';
import { notErased } from '../privacy/erasures.ts';
import type { Database } from '../schema/database.ts';

/** Given now, if not said otherwise. False, and nothing is stored, if the user is being erased or was erased since the interaction. */
export async function insertFeedback(
  tx: Tx,
  feedback: Omit<Insertable<Database['feedback']>, 'given_at'> & { given_at?: string | Date },
  shownAt: Date,
): Promise<boolean> {
  const { tenant_id, user_id } = feedback;
  const row = {
    tenantId: sql`${tenant_id}::text`,
    userId: sql`${user_id}::text`,
    since: sql`${shownAt}::timestamptz`,
  };
  const given = { ...feedback, given_at: feedback.given_at ?? sql`clock_timestamp()` };
  const { numAffectedRows } = await sql`
    insert into feedback (${sql.join(Object.keys(given).map((name) => sql.ref(name)))})
    select ${sql.join(Object.values(given))} where ${notErased(row)}`.execute(tx);
  return numAffectedRows === 1n;
}

type RecentFeedback = UserKey & Pick<FeedbackGiven, 'type' | 'value'>;

/** At most `limit` of each user, newest first. */
export async function listRecentFeedback(tx: Tx, users: UserKey[], limit: number): Promise<RecentFeedback[]> {
  const { rows } = await sql<RecentFeedback>`
    select key.tenant_id, key.user_id, recent.type, recent.value
    from (select distinct * from jsonb_to_recordset(${userKeysJson(users)}::jsonb)
      as row(tenant_id text, user_id text)) as key
    cross join lateral (
      select type, value, given_at from feedback
      where tenant_id = key.tenant_id and user_id = key.user_id
      order by given_at desc limit ${limit}
    ) as recent
    order by recent.given_at desc`.execute(tx);
  return rows;
}
