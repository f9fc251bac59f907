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
  ])('%s', (url, part) => {
    const sentence = (text: string) => /^DATABASE_URL [^\n]+[.]$/.test(text) && text.includes(part);
    expect(() => parsePostgresUrl(url)).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.toSatisfy(sentence) }),
    );
  });
});
