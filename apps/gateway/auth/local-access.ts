import { isIP } from 'node:net';
import { anyKey } from '@learning-loop/db/access/api-keys';
import type { Db } from '@learning-loop/db/connect';
import { StartError } from '@learning-loop/service/errors';

/** Whether this address or name is this machine's own, reachable from nowhere else. */
function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|localhost|::1)$/iu.test(bare(host));
}

/**
 * Whether no page on the internet can have sent a browser here under this name: an address, a name without a dot, such
 * as `localhost` or a service's in a private network, or one below a domain that is nobody's.
 */
export function isLocalName(host: string): boolean {
  return isIP(bare(host)) !== 0 || /^[\w-]*$|\.(?:internal|local|localhost|svc)$/iu.test(host);
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/u, '$1');

/** Whoever reaches this machine could read and change everything: throws a StartError unless there are keys. */
export async function requireKeys(db: Db, { host, allowNoKeys }: { host: string; allowNoKeys: boolean }) {
  if (allowNoKeys || isLoopback(host) || (await anyKey(db))) return;
  throw new StartError(
    `HOST is ${host}, which others can reach, and there are no API keys; make one with "pnpm keys create --role admin" or listen on 127.0.0.1.`,
  );
}
