import { anyKey } from '@learning-loop/db/access/api-keys';
import type { Db } from '@learning-loop/db/connect';
import { StartError } from '@learning-loop/service/errors';
import { isLoopback } from './auth/local-access.ts';

/** Whoever reaches this machine could read and change everything: throws a StartError unless there are keys. */
export async function requireKeys(db: Db, { host, allowNoKeys }: { host: string; allowNoKeys: boolean }) {
  if (allowNoKeys || isLoopback(host) || (await anyKey(db))) return;
  throw new StartError(
    `HOST is ${host}, which others can reach, and there are no API keys; make one with "pnpm keys create --role admin" or listen on 127.0.0.1.`,
  );
}
