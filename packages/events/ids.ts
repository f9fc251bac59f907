import { v5, v7 } from 'uuid';

const namespace = '5f1b2c39-7a52-4c51-9f0e-3d1a7c64b2f8';

/** A new id that sorts by the time it was made (UUID version 7, RFC 9562). */
export const newId = (): string => v7();

/** The same text always gives the same id (UUID version 5, RFC 9562). */
export const deterministicId = (text: string): string => v5(text, namespace);

/** The least UUID of version 7 that can have been made at this time (RFC 9562: its first 48 bits are the ms). */
export function minUuidAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** When a UUID of version 7 was made. */
export const uuidTimestamp = (id: string): Date =>
  new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16));

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
