import { type Selectable, sql } from 'kysely';
import type { Db } from '../connect.ts';
import type { Database } from '../schema/database.ts';

export type ApiKey = Selectable<Database['api_keys']>;
type NewApiKey = Pick<ApiKey, 'tenant_id' | 'key_id' | 'role' | 'name' | 'secret_hash' | 'expires_at'>;

export async function insertKey(db: Db, key: NewApiKey): Promise<void> {
  await db.insertInto('api_keys').values(key).execute();
}

/** In the order of the ids; undefined for an unknown one. */
export async function findKeys(db: Db, keyIds: string[]): Promise<(ApiKey | undefined)[]> {
  const ids = sql<string>`any(${keyIds}::text[])`;
  const rows = await db.selectFrom('api_keys').selectAll().where('key_id', '=', ids).execute();
  const byId = new Map(rows.map((key) => [key.key_id, key]));
  return keyIds.map((id) => byId.get(id));
}

export function listKeys(db: Db, tenantId?: string): Promise<ApiKey[]> {
  const keys = db.selectFrom('api_keys').selectAll().orderBy('tenant_id').orderBy('created_at');
  return (tenantId === undefined ? keys : keys.where('tenant_id', '=', tenantId)).execute();
}

/** Revoked keys count: revoking the last one must not allow requests without a key. */
export async function hasAnyKey(db: Db): Promise<boolean> {
  return (await db.selectFrom('api_keys').select('key_id').limit(1).executeTakeFirst()) !== undefined;
}

/** False if there is no such key or it is already disabled. */
export async function disableKey(db: Db, keyId: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('api_keys')
    .set({ disabled_at: sql`clock_timestamp()` })
    .where('key_id', '=', keyId)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function recordKeyUsage(db: Db, uses: { key_id: string; at: Date }[]): Promise<void> {
  await sql`
    update api_keys set last_used_at = greatest(last_used_at, used.at)
    from jsonb_to_recordset(${JSON.stringify(uses)}::jsonb) as used(key_id text, at timestamptz)
    where api_keys.key_id = used.key_id`.execute(db);
}
