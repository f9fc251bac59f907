import { sql } from 'kysely';
import { cutInputText, cutShown } from '../client/cut-texts.ts';
import type { Db } from '../connect.ts';
import type { PastHypothesis } from '../schema/database.ts';

export interface TenantSelection {
  user_id: string;
  input_text: string;
  at: Date;
  shown: PastHypothesis[];
  /** Whether the user's first selection is newer than `youngSince`. */
  young: boolean;
}

export interface TenantSelectionLimits {
  /** Selections that are looked at. */
  window: number;
  /** Selections of one user. */
  perUser: number;
  /** Selections that are returned. */
  total: number;
  youngSince: Date;
}

/** Newest first, with texts of at most 1,000 characters. Bounded per user, so that the many selections of one leave room for those of others. */
export async function listTenantSelections(
  db: Db,
  tenantId: string,
  { window, perUser, total, youngSince }: TenantSelectionLimits,
): Promise<TenantSelection[]> {
  const { rows } = await sql<TenantSelection>`
    with newest as materialized (
      select interaction_id, user_id from selections where tenant_id = ${tenantId}
      order by interaction_id desc limit ${window}
    ), numbered as (
      select *, row_number() over (partition by user_id order by interaction_id desc) as place from newest
    ), drawn as (
      select interaction_id, user_id from numbered where place <= ${perUser} order by interaction_id desc limit ${total}
    ), users as (
      select user_id, (
        select selected_at from selections where tenant_id = ${tenantId} and user_id = drawn_users.user_id
        order by interaction_id limit 1) > ${youngSince} as young
      from (select distinct user_id from drawn) as drawn_users
    )
    select user_id, ${cutInputText}, selected_at as at, ${cutShown}, young
    from drawn join selections using (interaction_id, user_id) join users using (user_id)
    where tenant_id = ${tenantId} order by interaction_id desc`.execute(db);
  return rows;
}
