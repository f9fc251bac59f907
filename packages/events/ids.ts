import { v5, v7 } from 'uuid';

const namespace = '5f1b2c39-7a52-4c51-9f0e-3d1a7c64b2f8';

/** UUID version 7 (RFC 9562): sorts by creation time. */
export const newId = (): string => v7();

export const deterministicId = (text: string): string => v5(text, namespace);

/** The smallest UUIDv7 of this millisecond, which is in its first 48 bits. */
export function minUuidAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

export const uuidTimestamp = (id: string): Date =>
  new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16));

export interface UserKey {
  tenant_id: string;
  user_id: string;
}

export const userKey = ({ tenant_id, user_id }: UserKey): string => JSON.stringify([tenant_id, user_id]);

export const userKeysJson = (users: UserKey[]): string =>
  JSON.stringify(users.map(({ tenant_id, user_id }) => ({ tenant_id, user_id })));
