import type { Db } from '@learning-loop/db/connect';
import { keysCommand } from 'gateway/keys-command';

/** The header of a caller with a new key: once there is one, nobody else is let in. */
export async function authorized(db: Db): Promise<{ authorization: string }> {
  const [key] = /ll_[\w-]+/u.exec(await keysCommand(db, ['create', '--role', 'app'])) ?? [];
  if (key === undefined) throw new Error('No key was made.');
  return { authorization: `Bearer ${key}` };
}

/** Calls are not counted, as the plain route does not count them. */
export const uncounted = { RATE_LIMIT_PER_KEY: '0', RATE_LIMIT_PER_USER: '0' };

/** Every call is counted in Redis, and no limit is reached by the load of one minute. */
export const counted = { RATE_LIMIT_PER_KEY: '100000000', RATE_LIMIT_PER_USER: '100000000' };
