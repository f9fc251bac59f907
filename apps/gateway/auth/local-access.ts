import { isIP } from 'node:net';

/** Whether this address or name is this machine's own, reachable from nowhere else. */
export function isLoopback(host: string): boolean {
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
