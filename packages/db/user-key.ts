/** Whose data a row is. */
export interface UserKey {
  tenant_id: string;
  user_id: string;
}

/** The key as one value, for maps. */
export const userKey = ({ tenant_id, user_id }: UserKey): string => JSON.stringify([tenant_id, user_id]);

/** These users as JSON, for `jsonb_to_recordset … as row(tenant_id text, user_id text)`. */
export const userKeysJson = (users: UserKey[]): string =>
  JSON.stringify(users.map(({ tenant_id, user_id }) => ({ tenant_id, user_id })));
