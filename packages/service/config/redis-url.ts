import type { ConnectionOptions } from 'node:tls';
import { ConfigError } from './read-env.ts';
import { takeParameters, type UrlParameters } from './url-parameters.ts';
import { splitUrl, type UrlParts } from './url-parts.ts';

interface Endpoint {
  host: string;
  port: number;
}

interface Common {
  username: string | undefined;
  password: string | undefined;
  /** Undefined without TLS. The certificate is checked; NODE_EXTRA_CA_CERTS adds a private authority. */
  tls: ConnectionOptions | undefined;
  /** IP version; 0 is either. */
  family: 0 | 4 | 6 | undefined;
  clientName: string | undefined;
}

export type RedisAddress = Common &
  (
    | { kind: 'server'; host: string; port: number; db: number }
    | { kind: 'socket'; path: string; db: number }
    | { kind: 'sentinels'; sentinels: Endpoint[]; master: string; db: number }
    | { kind: 'cluster'; nodes: Endpoint[] }
  );

const name = 'REDIS_URL';
const schemes =
  /^(?:(?:redis|valkey)(s?)(?:\+(sentinel|cluster))?|(unix|redis\+unix|redis\+socket|redis-socket)):\/\//i;

function fail(fault: string): never {
  throw new ConfigError(`${name} ${fault}`);
}

/**
 * Accepts `redis://[[user]:password@]host[:port][/db]`, `redis+sentinel://[…@]host:port,host:port/master[/db]`,
 * `redis+cluster://[…@]host:port,host:port`, `rediss` for TLS, and `unix://[…@]/path[?db=0]`. Throws a ConfigError that
 * names the part at fault and shows no password.
 */
export function parseRedisUrl(redisUrl: string): RedisAddress {
  const [, secure, kind, socket] = schemes.exec(redisUrl) ?? refuseScheme(redisUrl);
  const parts = splitUrl(name, redisUrl);
  const parameters = takeParameters(name, parts.parameters);
  const common: Common = {
    ...readLogin(parts),
    tls: secure ? readTls(parameters) : undefined,
    family: parameters.takeOneOf('family', { 0: 0, 4: 4, 6: 6, IPv4: 4, IPv6: 6 }),
    clientName: parameters.take('client_name', 'clientName'),
  };
  const db = parameters.take('db', 'database');
  parameters.refuseOthers(secure ? {} : withoutTls);
  if (socket) return { ...common, kind: 'socket', path: readSocket(parts), db: readDb([], db) };
  const endpoints = toEndpoints(parts, kind?.toLowerCase() === 'sentinel' ? 26_379 : 6_379);
  const path = withoutTrailingSlash(parts.path);
  switch (kind?.toLowerCase()) {
    case 'cluster':
      return { ...common, kind: 'cluster', nodes: refuseClusterDb(endpoints, path, db) };
    case 'sentinel':
      return { ...common, kind: 'sentinels', sentinels: endpoints, ...readMaster(path, db) };
    default:
      return { ...common, kind: 'server', ...onlyServer(endpoints), db: readDb(path, db) };
  }
}

function refuseScheme(redisUrl: string): never {
  if (/^["']/.test(redisUrl)) fail('is in quotation marks; remove them.');
  return fail(
    'is no URL of a Redis; it must be redis://user:password@host:6379/0, rediss:// for TLS, ' +
      'redis+sentinel://host:26379/master, redis+cluster://host:6379 or unix:///path/to/socket.',
  );
}

/** Redis takes no user without a password: the client would connect as somebody else. */
function readLogin({ username, password }: UrlParts): Pick<Common, 'username' | 'password'> {
  if (username && username !== 'default' && !password)
    fail('has a user name without a password; write :password@ for a password alone, or user:password@.');
  return { username: password && username ? username : undefined, password: password || undefined };
}

function toEndpoints({ hosts }: UrlParts, defaultPort: number): Endpoint[] {
  if (hosts.some(({ host }) => host === '')) fail('names no host; write redis://user:password@host:6379/0.');
  return hosts.map(({ host, port = defaultPort }) => ({ host, port }));
}

function onlyServer([server, ...others]: Endpoint[]): Endpoint {
  if (server && others.length === 0) return server;
  return fail('names several hosts; begin it with redis+sentinel:// or redis+cluster://.');
}

function readSocket({ hosts, path }: UrlParts): string {
  if (hosts.some(({ host, port }) => host !== '' || port) || path.join('') === '')
    fail('names no socket; write three slashes before its path, as in unix:///var/run/redis.sock.');
  return `/${path.join('/')}`;
}

function readMaster([master, ...path]: string[], db: string | undefined) {
  if (!master) return fail('names no master; add its name, as in redis+sentinel://host:26379/mymaster.');
  return { master, db: readDb(path, db) };
}

const withoutTrailingSlash = (path: string[]) => (path.at(-1) === '' ? path.slice(0, -1) : path);

function refuseClusterDb(nodes: Endpoint[], path: string[], db: string | undefined): Endpoint[] {
  if (readDb(path, db) === 0) return nodes;
  return fail('asks for a database other than 0, which a cluster does not have; leave it out.');
}

/** Of the path or the parameter, which must not contradict each other. */
function readDb([inPath, ...more]: string[], parameter: string | undefined): number {
  const text = inPath ?? parameter ?? '0';
  if (!/^\d{1,6}$/.test(text) || more.length > 0)
    fail('asks for a database that is no number; write it after the host, as in redis://host:6379/0.');
  if (parameter !== undefined && parameter !== text)
    fail('asks for two databases, in its path and as a parameter; leave one out.');
  return Number(text);
}

const needsTls = 'needs TLS; begin the URL with rediss://, or leave it out';
const withoutTls = Object.fromEntries(
  [
    ...['ssl_cert_reqs', 'ssl_check_hostname', 'skip_verify'],
    ...['ssl_ca_certs', 'ssl_certfile', 'ssl_keyfile', 'ssl', 'tls'],
  ].map((parameter) => [parameter, needsTls]),
);

/** The names are those of redis-py; `skip_verify` is that of go-redis. */
function readTls({ takeOneOf, takeFile }: UrlParameters): ConnectionOptions {
  const required = takeOneOf('ssl_cert_reqs', { required: true, none: false });
  const skipped = takeOneOf('skip_verify', { true: true, false: false });
  const named = takeOneOf('ssl_check_hostname', { true: true, True: true, false: false, False: false });
  const [ca, cert, key] = [takeFile('ssl_ca_certs'), takeFile('ssl_certfile'), takeFile('ssl_keyfile')];
  return {
    ...(required === false || skipped ? { rejectUnauthorized: false } : {}),
    ...(named === false ? { checkServerIdentity: () => undefined } : {}),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  };
}
