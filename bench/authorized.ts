import type { Db } from '@learning-loop/db/connect';
import { keysCommand } from 'gateway/auth/keys-cli';

/** The header of a caller with a new key of this role: once there is a key, nobody without one is let in. */
export async function authorized(db: Db, role: 'app' | 'reader' = 'app'): Promise<{ authorization: string }> {
  const [key] = /ll_[\w-]+/u.exec(await keysCommand(db, ['create', '--role', role])) ?? [];
  if (key === undefined) throw new Error('No key was made.');
  return { authorization: `Bearer ${key}` };
}

/** Calls are not counted, as the plain route does not count them. */
export const uncounted = { RATE_LIMIT_PER_KEY: '0', RATE_LIMIT_PER_USER: '0' };

/** Every call is counted in Redis, and no limit is reached by the load of one minute. */
export const counted = { RATE_LIMIT_PER_KEY: '100000000', RATE_LIMIT_PER_USER: '100000000' };
