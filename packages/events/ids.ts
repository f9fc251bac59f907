import { randomInt } from 'node:crypto';
import { v5, v7 } from 'uuid';
import { databaseNow } from './clock.ts';

const namespace = '5f1b2c39-7a52-4c51-9f0e-3d1a7c64b2f8';

let latest = { msecs: 0, seq: 0 };
/** Answers of the database take this long at most to arrive, give or take: a larger step back is a corrected clock. */
const jitterMs = 10_000;

/** UUID version 7 (RFC 9562): sorts by the time of its creation by PostgreSQL's clock, within this process exactly. */
export function newId(): string {
  const now = Math.floor(databaseNow());
  const isNewer = now > latest.msecs || now < latest.msecs - jitterMs;
  // Of 32 bits, the highest stays free to count.
  latest = isNewer ? { msecs: now, seq: randomInt(2 ** 31) } : { ...latest, seq: latest.seq + 1 };
  return v7(latest);
}

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
