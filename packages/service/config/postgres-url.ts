import type { ConnectionOptions } from 'node:tls';
import { readPostgresTls } from './postgres-tls.ts';
import { ConfigError } from './read-env.ts';
import { refuseOtherSchemas } from './search-path.ts';
import { takeParameters, type UrlParameters } from './url-parameters.ts';
import { splitUrl, type UrlParts } from './url-parts.ts';

/** What pg takes, and `pooled`: whether a pooler in transaction mode is between. What is undefined has pg's default. */
export interface PostgresAddress {
  pooled: boolean;
  connection: {
    /** A directory is that of a socket. */
    host: string;
    port: number;
    database: string;
    user?: string;
    password?: string;
    /** For the startup message, such as `-c statement_timeout=5s`. */
    options?: string;
    ssl?: boolean | ConnectionOptions;
    sslnegotiation?: 'postgres' | 'direct';
    enableChannelBinding?: boolean;
    application_name?: string;
    statement_timeout?: number;
    lock_timeout?: number;
    idle_in_transaction_session_timeout?: number;
    connectionTimeoutMillis?: number;
    keepAlive?: boolean;
    keepAliveInitialDelayMillis?: number;
  };
}

const name = 'DATABASE_URL';
const example = 'postgres://user:password@host:5432/database';

function fail(fault: string): never {
  throw new ConfigError(`${name} ${fault}`);
}

/**
 * Reads a URL of libpq, with the parameters that Prisma and JDBC write as well. Throws a ConfigError that names the part
 * at fault and shows no password: nothing that the URL asks for is ignored.
 */
export function parsePostgresUrl(databaseUrl: string): PostgresAddress {
  if (!/^postgres(ql)?:\/\//i.test(databaseUrl)) refuseScheme(databaseUrl);
  const parts = splitUrl(name, databaseUrl);
  const parameters = takeParameters(name, parts.parameters);
  const server = readServer(parts, parameters);
  const connection = {
    ...server,
    ...readLogin(parts, parameters),
    database: readDatabase(parts, parameters),
    ...readPostgresTls(parameters, server.host.startsWith('/'), fail),
    ...readOptions(parameters),
    ...readTimes(parameters),
  };
  const pooler = parameters.takeOneOf('pooler', { transaction: true, session: false });
  const prismaPooler = parameters.takeOneOf('pgbouncer', { true: true, false: false });
  parameters.refuseOthers(remedies);
  return { pooled: pooler ?? prismaPooler ?? false, connection: withoutUndefined(connection) };
}

function refuseScheme(databaseUrl: string): never {
  if (/^["']/.test(databaseUrl)) fail('is in quotation marks; remove them.');
  const [, driver] = /^(jdbc:|postgres(?:ql)?\+\w+)/i.exec(databaseUrl) ?? [];
  if (driver) fail(`begins with ${driver}; write postgres:// instead.`);
  return fail(`is no URL of a PostgreSQL; it must be ${example}.`);
}

/** As in libpq, a parameter overrides the same part of the URL. */
function readServer({ hosts: [server, ...others] }: UrlParts, { take, takeInteger }: UrlParameters) {
  const host = take('host') ?? server?.host ?? '';
  const port = takeInteger('port') ?? server?.port ?? 5_432;
  if (others.length > 0 || host.includes(','))
    fail('names several hosts, of which only one can be used; name the primary, or a pooler before them.');
  if (!host) fail(`names no host; write ${example}, or ?host=/var/run/postgresql for a socket.`);
  if (port < 1 || port > 65_535) fail('has a port that is no number from 1 to 65535; correct it.');
  return { host, port };
}

function readLogin({ username, password }: UrlParts, { take }: UrlParameters) {
  return {
    user: take('user') ?? (username || undefined),
    password: take('password') ?? (password || undefined),
  };
}

/** Without a name a client takes the database that is called like the user: seldom the one that is meant. */
function readDatabase({ path: [inPath, ...more] }: UrlParts, { take }: UrlParameters): string {
  const parameter = take('dbname', 'database', 'db');
  if (more.length > 0) fail('has a "/" after its database; remove it, or write it as %2F.');
  if (inPath && parameter && inPath !== parameter)
    fail('names two databases, in its path and as a parameter; leave one out.');
  return inPath || parameter || fail(`names no database; add it after the host, as in ${example}.`);
}

function readOptions(parameters: UrlParameters) {
  const { take } = parameters;
  // Many programs write a blank as "+".
  const options = take('options')?.replaceAll(/(?<=(?:^|[\s+])-c)\+|\+(?=-)/g, ' ');
  refuseOtherSchemas(fail, options, take('schema', 'currentSchema', 'search_path'));
  const encoding = take('client_encoding')?.toLowerCase().replaceAll('-', '');
  if (encoding !== undefined && !['utf8', 'auto'].includes(encoding))
    fail('has a client_encoding other than UTF8; leave it out.');
  for (const [parameter, meanings] of Object.entries(defaults)) parameters.takeOneOf(parameter, meanings);
  // Every process has a name of its own, so that this one is never needed.
  take('fallback_application_name');
  return { options, application_name: take('application_name', 'ApplicationName') };
}

/** Values that ask for nothing but what happens anyway. */
const defaults: Record<string, Record<string, true>> = {
  target_session_attrs: { any: true },
  load_balance_hosts: { disable: true },
  gssencmode: { disable: true, prefer: true },
  sslcompression: { 0: true },
  sslsni: { 1: true },
};

function readTimes({ takeInteger, takeOneOf }: UrlParameters) {
  const seconds = (parameter: string) => {
    const value = takeInteger(parameter);
    return value ? value * 1_000 : undefined;
  };
  return {
    statement_timeout: takeInteger('statement_timeout'),
    lock_timeout: takeInteger('lock_timeout'),
    idle_in_transaction_session_timeout: takeInteger('idle_in_transaction_session_timeout'),
    connectionTimeoutMillis: seconds('connect_timeout'),
    keepAlive: takeOneOf('keepalives', { 0: false, 1: true }),
    keepAliveInitialDelayMillis: seconds('keepalives_idle'),
  };
}

const ours = 'is a setting of a pool, and every process has its own; leave it out';
const remedies = {
  hostaddr: 'is not supported; write the address as the host',
  service: 'is not supported; write host, user and database into the URL',
  sslidentity: 'is not supported; name PEM files as sslcert and sslkey',
  ...{ connection_limit: ours, pool_timeout: ours, socket_timeout: ours, pool_size: ours, max: ours },
};

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}
