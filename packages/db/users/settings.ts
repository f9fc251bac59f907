import { type UserKey, userKey, userKeysJson } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';

/** Users who opted out or are being erased. */
export async function listExcludedUsers(db: Db, tenantId: string): Promise<string[]> {
  const optedOut = db
    .selectFrom('user_settings')
    .select('user_id')
    .where('tenant_id', '=', tenantId)
    .where('training_opt_out', '=', true);
  const erased = db
    .selectFrom('erasures')
    .select((e) => e.ref('user_id').$notNull().as('user_id'))
    .where('tenant_id', '=', tenantId)
    .where('user_id', 'is not', null);
  const rows = await optedOut.union(erased).execute();
  return rows.map(({ user_id }) => user_id);
}

export async function setTrainingOptOut(db: Db, user: UserKey, training_opt_out: boolean): Promise<void> {
  await db
    .insertInto('user_settings')
    .values({ ...user, training_opt_out })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'user_id'])
        .doUpdateSet({ training_opt_out, updated_at: sql`clock_timestamp()` }),
    )
    .execute();
}

/** As `userKey`s. */
export async function findOptedOut(db: Db | Tx, users: UserKey[]): Promise<Set<string>> {
  const { rows } = await sql<UserKey>`
    select tenant_id, user_id
    from jsonb_to_recordset(${userKeysJson(users)}::jsonb) as key(tenant_id text, user_id text)
    cross join lateral (
      select from user_settings
      where tenant_id = key.tenant_id and user_id = key.user_id and training_opt_out limit 1
    ) as opted_out`.execute(db);
  return new Set(rows.map(userKey));
}
