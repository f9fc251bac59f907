import type { Db } from '@learning-loop/db/connect';
import { keysCommand } from 'gateway/auth/keys-cli';

/** Creates a key with this role; once there is one, requests without a key are rejected. */
export async function createAuthHeader(
  db: Db,
  role: 'app' | 'reader' = 'app',
): Promise<{ authorization: string }> {
  const [key] = /ll_[\w-]+/u.exec(await keysCommand(db, ['create', '--role', role])) ?? [];
  if (key === undefined) throw new Error('No key was made.');
  return { authorization: `Bearer ${key}` };
}

/** No rate limits, like the plain route. */
export const unlimited = { RATE_LIMIT_PER_KEY: '0', RATE_LIMIT_PER_USER: '0' };

/** Counts every request in Redis, with limits that the load does not reach. */
export const limited = { RATE_LIMIT_PER_KEY: '100000000', RATE_LIMIT_PER_USER: '100000000' };
