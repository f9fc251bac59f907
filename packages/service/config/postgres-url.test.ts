import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePostgresUrl } from './postgres-url.ts';

const connectionOf = (url: string) => parsePostgresUrl(url).connection;

/** Apart, since whoever looks for secrets takes the whole for one. */
const scheme = 'postgres://';

describe('a URL that says what it means', () => {
  it.each([
    ['postgres://host/db', { host: 'host', port: 5432, database: 'db' }],
    ['postgresql://me:secret@host:5433/db', { host: 'host', port: 5433, user: 'me', password: 'secret' }],
    ['postgres://me:p@ss:w rd@host/db', { host: 'host', user: 'me', password: 'p@ss:w rd', database: 'db' }],
    [`${scheme}me@server:p%2Fw%23%25@host/db`, { user: 'me@server', password: 'p/w#%', host: 'host' }],
    ['postgres://me@[::1]/a%2Fb', { host: '::1', database: 'a/b' }],
    ['postgres://me:pw@/db?host=/run/postgresql', { host: '/run/postgresql', port: 5432, ssl: false }],
    ['postgres://localhost/db?host=/cloudsql/a:b:c', { host: '/cloudsql/a:b:c', ssl: false }],
    ['postgres://%2Frun%2Fpostgresql/db', { host: '/run/postgresql', database: 'db' }],
    [
      'postgres://host?dbname=db&user=me&password=a%40b&port=7',
      { database: 'db', user: 'me', password: 'a@b', port: 7 },
    ],
    [
      'postgres://host/db?connect_timeout=10&keepalives=0',
      { connectionTimeoutMillis: 10_000, keepAlive: false },
    ],
    ['postgres://host/db?application_name=a+b', { application_name: 'a+b' }],
    ['postgres://host/db?schema=public', { database: 'db' }],
    ['postgres://host/db?target_session_attrs=any&channel_binding=require', { enableChannelBinding: true }],
    ['postgres://host/db?statement_timeout=500', { statement_timeout: 500 }],
  ])('%s', (url, expected) => {
    expect(connectionOf(url)).toMatchObject(expected);
  });

  it('has settings for the session, with blanks as programs write them', () => {
    for (const options of [
      '-c%20statement_timeout=5s%20-c%20geqo=off',
      '-c+statement_timeout%3D5s+-c+geqo%3Doff',
    ])
      expect(connectionOf(`postgres://host/db?options=${options}`).options).toBe(
        '-c statement_timeout=5s -c geqo=off',
      );
    expect(connectionOf('postgres://host/db?options=-csearch_path%3D"$user",public').options).toBeDefined();
  });

  it('says whether a pooler in transaction mode is between', () => {
    expect(parsePostgresUrl('postgres://host/db').pooled).toBe(false);
    expect(parsePostgresUrl('postgres://host/db?pooler=transaction').pooled).toBe(true);
    expect(parsePostgresUrl('postgres://host/db?pgbouncer=true').pooled).toBe(true);
  });

  it.each([
    ['', undefined],
    ['sslmode=disable', false],
    ['ssl=false', false],
    ['sslmode=require', {}],
    ['ssl=true&sslmode=require', {}],
    ['sslmode=verify-full&sslrootcert=system', { ca: expect.any(Array) }],
    ['sslmode=no-verify', { rejectUnauthorized: false }],
    ['sslmode=require&uselibpqcompat=true', { rejectUnauthorized: false }],
    ['sslmode=verify-full&uselibpqcompat=true', {}],
    ['sslmode=require&sslaccept=accept_invalid_certs', { rejectUnauthorized: false }],
    ['sslmode=verify-full&ssl_min_protocol_version=TLSv1.3', { minVersion: 'TLSv1.3' }],
    [
      `sslmode=verify-ca&sslrootcert=${import.meta.filename}`,
      { ca: expect.any(String), checkServerIdentity: expect.any(Function) },
    ],
  ])('says how it is encrypted: %s', (parameters, ssl) => {
    expect(connectionOf(`postgres://host/db?${parameters}`).ssl).toEqual(ssl);
  });
});

describe('what libpq, Prisma and JDBC write', () => {
  const { port, host } = { port: 5432, host: 'host' };

  it.each<[string, object]>([
    ['host/db?port=1', { port: 1 }],
    ['host/db?port=65535', { port: 65_535 }],
    ['host:65535/db', { port: 65_535 }],
    ['host:/db', { port }],
    ['host/db?user=me&password=x', { user: 'me', password: 'x' }],
    ['a@host/db?user=me', { user: 'me' }],
    [':pw@host/db', { password: 'pw' }],
    ['@host/db', { host }],
    ['host/db?dbname=db', { database: 'db' }],
    ['host?database=db', { database: 'db' }],
    ['host?db=db', { database: 'db' }],
    ['[fe80::1%25eth0]/db', { host: 'fe80::1%eth0' }],
    ['host/db?', { database: 'db' }],
    ['host/db?&application_name=a&', { application_name: 'a' }],
    ['host/db?ApplicationName=a', { application_name: 'a' }],
    ['host/db?fallback_application_name=a', {}],
    ['host/db?client_encoding=UTF8', {}],
    ['host/db?client_encoding=utf-8', {}],
    ['host/db?client_encoding=auto', {}],
    ['host/db?load_balance_hosts=disable&gssencmode=disable&sslcompression=0&sslsni=1', {}],
    ['host/db?gssencmode=prefer', {}],
    ['host/db?currentSchema=public', {}],
    ['host/db?search_path=public,other', {}],
    ['host/db?search_path="public"', {}],
    ['host/db?schema=%20public%20', {}],
    [
      'host/db?lock_timeout=7&idle_in_transaction_session_timeout=8',
      { lock_timeout: 7, idle_in_transaction_session_timeout: 8 },
    ],
    ['host/db?keepalives=1&keepalives_idle=30', { keepAlive: true, keepAliveInitialDelayMillis: 30_000 }],
    ['host/db?statement_timeout=123456789', { statement_timeout: 123_456_789 }],
    ['host/db?sslnegotiation=direct', { sslnegotiation: 'direct' }],
    ['host/db?sslnegotiation=postgres', { sslnegotiation: 'postgres' }],
    ['host/db?channel_binding=prefer', { enableChannelBinding: true }],
    ['host/db?channel_binding=disable', { enableChannelBinding: false }],
    ['host/db?options=-c%20a=x%2By', { options: '-c a=x+y' }],
    ['host/db?options=-ca=x+-c+b=y', { options: '-ca=x -c b=y' }],
    ['host/db?options=-c%20search_path=public', { options: '-c search_path=public' }],
  ])('%s', (rest, expected) => {
    expect(connectionOf(`postgres://${rest}`)).toMatchObject(expected);
  });

  it('asks for nothing that is not said', () => {
    expect(connectionOf('postgres://host/db?connect_timeout=0')).toEqual({ host, port, database: 'db' });
    expect(connectionOf('POSTGRES://@host/db')).toEqual({ host, port, database: 'db' });
  });

  it('names the pooler, whose own word is the last', () => {
    const pooled = (parameters: string) => parsePostgresUrl(`postgres://host/db?${parameters}`).pooled;
    expect(['pooler=session', 'pgbouncer=false', 'pooler=session&pgbouncer=true'].map(pooled)).toEqual([
      ...[false, false, false],
    ]);
  });

  it('takes certificates and their limits from files, also where no mode is named', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tls-'));
    for (const name of ['ca', 'cert', 'key']) await writeFile(join(directory, name), `the ${name}`);
    const files = `sslcert=${directory}/cert&sslkey=${directory}/key&sslpassword=pw`;
    const versions = 'ssl_min_protocol_version=TLSv1.2&ssl_max_protocol_version=TLSv1.3';
    const { ssl } = connectionOf(`postgres://host/db?sslrootcert=${directory}/ca&${files}&${versions}`);
    expect(ssl).toEqual({
      ...{ ca: 'the ca', cert: 'the cert', key: 'the key', passphrase: 'pw' },
      ...{ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' },
    });
    for (const version of ['TLSv1', 'TLSv1.1'])
      expect(connectionOf(`postgres://host/db?ssl_min_protocol_version=${version}`).ssl).toEqual({
        minVersion: version,
      });
    expect(
      connectionOf(`postgres://host/db?sslmode=require&uselibpqcompat=true&sslrootcert=${directory}/ca`).ssl,
    ).toEqual({ ca: 'the ca' });
  });

  it.each([
    ['sslmode=require&sslaccept=strict', {}],
    ['sslmode=require&uselibpqcompat=false', {}],
    ['ssl=1', {}],
    ['ssl=0', false],
    ['ssl=false&sslmode=disable', false],
    ['ssl=no-verify', { rejectUnauthorized: false }],
  ])('%s is a way to encrypt', (parameters, ssl) => {
    expect(connectionOf(`postgres://host/db?${parameters}`).ssl).toEqual(ssl);
  });

  it('checks no name of a server whose authority alone is to be checked', () => {
    const { ssl } = connectionOf(`postgres://host/db?sslmode=verify-ca&sslrootcert=${import.meta.filename}`);
    const check: unknown = typeof ssl === 'object' ? ssl.checkServerIdentity : undefined;
    expect(typeof check === 'function' && check()).toBeUndefined();
  });
});

describe('a URL whose meaning is not sure is refused in one sentence that names the part and the mend:', () => {
  it.each([
    ['postgres://me:p/w@host/db', 'an unescaped "/" in its user name or password; write %2F'],
    ['postgres://me:p@s/w@host/db', 'an unescaped "/" in its user name or password; write %2F'],
    ['postgres://me:p@h/x?y@host/db', 'an unescaped "/" in its user name or password; write %2F'],
    ['postgres://me:p?w@host/db', 'an unescaped "?" in its user name or password; write %3F'],
    ['postgres://me:p#w@host/db', 'an unescaped "#"; write %23'],
    [`${scheme}me:100%@host/db`, 'a "%" in its password that begins no escape sequence; write it as %25'],
    ['postgres://me:pw@host/100%', 'a "%" in its path'],
    ['postgres://me:pw@host', 'names no database; add it after the host'],
    ['postgres://me:pw@host/', 'names no database; add it after the host'],
    ['postgres://host/one?dbname=two', 'names two databases'],
    ['postgres://host/db/schema', 'a "/" after its database'],
    ['postgres:///db', 'names no host; write postgres://user:password@host:5432/database, or ?host='],
    ['postgres://a,b/db', 'names several hosts'],
    ['postgres://a:1,b:2/db?target_session_attrs=read-write', 'names several hosts'],
    ['postgres://host:65536/db', 'a port that is no number from 1 to 65535'],
    ['postgres://host/db?port=0', 'a port that is no number from 1 to 65535'],
    ['postgres://host/db?port=x', 'a port that is no whole number'],
    ['postgres://host/db?options=-c%20search_path=loop', 'a schema other than public'],
    ['postgres://host/db?options=-csearch_path%3Dloop', 'a schema other than public'],
    ['postgres://host/db?options=--search-path=loop,public', 'a schema other than public'],
    ['postgres://host/db?options=-c+search_path%3Dloop', 'a schema other than public'],
    ['postgres://host/db?schema=loop', 'a schema other than public'],
    ['postgres://host/db?currentSchema=loop', 'a schema other than public'],
    [
      'postgres://host/db?sslmode=prefer',
      'a sslmode that is none of disable, no-verify, require, verify-ca, verify-full',
    ],
    ['postgres://host/db?sslmode=Require', 'a sslmode that is none of'],
    ['postgres://host/db?ssl=true&sslmode=disable', 'ssl and sslmode, which contradict each other'],
    ['postgres://host/db?sslmode=verify-ca', 'sslmode=verify-ca without an authority; add sslrootcert='],
    [
      'postgres://host/db?sslrootcert=/nowhere/ca.crt',
      'names /nowhere/ca.crt as sslrootcert, which cannot be read (ENOENT)',
    ],
    ['postgres://host/db?client_encoding=latin1', 'a client_encoding other than UTF8'],
    ['postgres://host/db?connection_limit=5', 'connection_limit, which is a setting of a pool'],
    ['postgres://host/db?target_session_attrs=standby', 'a target_session_attrs that is none of any'],
    ['postgres://host/db?sslmod=require', 'the parameter sslmod, which is not supported; leave it out'],
    ['jdbc:postgresql://host/db', 'begins with jdbc:; write postgres:// instead'],
    ['postgresql+asyncpg://host/db', 'begins with postgresql+asyncpg; write postgres:// instead'],
    ['host=localhost dbname=db', 'is no URL of a PostgreSQL; it must be postgres://'],
    ["'postgres://host/db'", 'is in quotation marks; remove them'],
    ['host="x"', 'is no URL of a PostgreSQL; it must be postgres://user:password@host:5432/database'],
    ['x jdbc:postgresql://host/db', 'is no URL of a PostgreSQL'],
    ['postgres+x://host/db', 'begins with postgres+x; write postgres:// instead'],
    ['postgres://host:12a/db', 'a port that is no number from 1 to 65535'],
    ['postgres://host:a12/db', 'a port that is no number from 1 to 65535'],
    ['postgres://host/db?port=65536', 'a port that is no number from 1 to 65535'],
    ['postgres://host/db?port=1234567890', 'a port that is no whole number'],
    ['postgres://host/db?port=7x', 'a port that is no whole number'],
    ['postgres://host/db?port=x7', 'a port that is no whole number'],
    ['postgres://host/db?host=a,b', 'names several hosts'],
    ['postgres://host?db=a&database=a', 'the parameters database and db, which mean the same; leave one out'],
    ['postgres://host/db?schema=other', 'a schema other than public'],
    ['postgres://host/db?currentSchema=other,public', 'a schema other than public'],
    ['postgres://host/db?search_path=other', 'a schema other than public'],
    ['postgres://host/db?options=--search-path=other', 'a schema other than public'],
    [
      'postgres://host/db?options=-c%20search_path=public%20-c%20search_path=other',
      'a schema other than public',
    ],
    ['postgres://host/db?options=-c%20SEARCH_PATH%20=%20other', 'a schema other than public'],
    ['postgres://host/db?load_balance_hosts=random', 'a load_balance_hosts that is none of disable'],
    ['postgres://host/db?gssencmode=require', 'a gssencmode that is none of disable, prefer'],
    ['postgres://host/db?sslcompression=1', 'a sslcompression that is none of 0'],
    ['postgres://host/db?sslsni=0', 'a sslsni that is none of 1'],
    ['postgres://host/db?channel_binding=x', 'a channel_binding that is none of require, prefer, disable'],
    ['postgres://host/db?sslnegotiation=x', 'a sslnegotiation that is none of postgres, direct'],
    ['postgres://host/db?ssl=disable&sslmode=require', 'ssl and sslmode, which contradict each other'],
    ['postgres://host/db?hostaddr=1', 'hostaddr, which is not supported; write the address as the host'],
    [
      'postgres://host/db?service=x',
      'service, which is not supported; write host, user and database into the URL',
    ],
    [
      'postgres://host/db?sslidentity=x',
      'sslidentity, which is not supported; name PEM files as sslcert and sslkey',
    ],
    ...['pool_timeout', 'socket_timeout', 'pool_size', 'max'].map((one): [string, string] => [
      `postgres://host/db?${one}=5`,
      `${one}, which is a setting of a pool, and every process has its own; leave it out`,
    ]),
    ['postgres://host/db?a%20b=1', 'the parameter that is unknown, which is not supported'],
    [`postgres://host/db?${'a'.repeat(41)}=1`, 'the parameter that is unknown, which is not supported'],
    [`postgres://host/db?${'a'.repeat(40)}=1`, `the parameter ${'a'.repeat(40)}, which is not supported`],
    ['postgres://host/db?application_name', 'the parameter application_name without a value'],
    ['postgres://ho st/db', 'a host that cannot be one; write user:password@host:port'],
    ['postgres://host/d\tb', 'a line break or a tab in it; remove it'],
    ['postgres://$' + '(HOST)/db', 'a placeholder in braces'],
    ['postgres://{{ host }}/db', 'a placeholder in braces'],
    ['postgres://host/db?application_name=100%', 'a "%" in its parameters'],
    ['postgres://ho%zz/db', 'a "%" in its host'],
  ])('%s', (url, part) => {
    const sentence = (text: string) => /^DATABASE_URL [^\n]+[.]$/.test(text) && text.includes(part);
    expect(() => parsePostgresUrl(url)).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.toSatisfy(sentence) }),
    );
  });
});
