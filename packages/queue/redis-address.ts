import type { ConnectionOptions } from 'node:tls';

interface Endpoint {
  host: string;
  port: number;
}

/** Where Redis is, and how one gets in. */
export type RedisAddress = {
  username: string | undefined;
  password: string | undefined;
  /** Undefined without TLS. The certificate is checked; NODE_EXTRA_CA_CERTS names an authority of one's own. */
  tls: ConnectionOptions | undefined;
} & (
  | { kind: 'server'; host: string; port: number; db: number }
  | { kind: 'sentinels'; sentinels: Endpoint[]; master: string; db: number }
  | { kind: 'cluster'; nodes: Endpoint[] }
);

const form = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^:@]*)(?::([^@]*))?@)?([^/]+)(?:\/(.*))?$/;

/**
 * Reads `redis://[user:password@]host:port[/db]`, `redis+sentinel://[…@]host:port,host:port/master[/db]`, or
 * `redis+cluster://[…@]host:port,host:port`; with `rediss` over TLS. Throws an Error that shows no password.
 */
export function readRedisUrl(redisUrl: string): RedisAddress {
  const [, secure, kind, username, password, hosts = '', path = ''] = form.exec(redisUrl) ?? [];
  if (!hosts) throw new Error('REDIS_URL is not the URL of a Redis.');
  const entrance = {
    username: username ? decodeURIComponent(username) : undefined,
    password: password ? decodeURIComponent(password) : undefined,
    tls: secure ? {} : undefined,
  };
  const endpoints = hosts.split(',').map((host) => endpoint(host, kind === 'sentinel' ? 26_379 : 6_379));
  if (kind === 'cluster') return { ...entrance, kind, nodes: endpoints };
  const parts = path.split('/');
  if (kind === 'sentinel') {
    const [master = '', db] = parts;
    return { ...entrance, kind: 'sentinels', sentinels: endpoints, master, db: Number(db ?? 0) };
  }
  const [server = endpoint('localhost', 6_379)] = endpoints;
  return { ...entrance, kind: 'server', ...server, db: Number(parts[0] || 0) };
}

function endpoint(text: string, usualPort: number): Endpoint {
  const { hostname, port } = new URL(`redis://${text}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || usualPort) };
}
