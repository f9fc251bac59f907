import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from './redis-url.ts';

const server = { kind: 'server', host: 'host', port: 6379, db: 0, tls: undefined };

describe('a URL that says what it means', () => {
  it.each([
    ['redis://localhost', { ...server, host: 'localhost', username: undefined, password: undefined }],
    ['redis://host:', server],
    ['redis://host/', server],
    ['REDIS://host:7000/0', { ...server, port: 7000 }],
    ['valkey://host', server],
    ['redis://:secret@[::1]:7000', { host: '::1', port: 7000, username: undefined, password: 'secret' }],
    ['redis://default:@host', { ...server, username: undefined, password: undefined }],
    ['redis://loop:p%40ss@host/3', { username: 'loop', password: 'p@ss', db: 3 }],
    ['redis://loop:p@s:s w@host', { host: 'host', username: 'loop', password: 'p@s:s w' }],
    ['redis://host/?db=3', { ...server, db: 3 }],
    ['redis://host/3?db=3', { ...server, db: 3 }],
    ['redis://my_redis?family=6', { ...server, host: 'my_redis', family: 6 }],
    ['redis://host?family=0&client_name=me%40home', { ...server, family: 0, clientName: 'me@home' }],
    ['unix:///run/redis.sock', { kind: 'socket', path: '/run/redis.sock', db: 0 }],
    ['unix://loop:secret@/run/redis.sock?db=2', { path: '/run/redis.sock', db: 2, password: 'secret' }],
    ['redis+unix:///run/redis.sock', { kind: 'socket', path: '/run/redis.sock' }],
    ['redis+socket:///run/redis.sock?database=12', { kind: 'socket', path: '/run/redis.sock', db: 12 }],
    ['redis-socket:///run/redis.sock', { kind: 'socket', path: '/run/redis.sock' }],
    ['redis://host?database=3', { ...server, db: 3 }],
    ['redis://host/123456', { ...server, db: 123_456 }],
    ['redis://host:65535', { ...server, port: 65_535 }],
    ['redis://host?family=4&clientName=me', { ...server, family: 4, clientName: 'me' }],
    ['redis://host?family=IPv4', { ...server, family: 4 }],
    ['redis://host?family=IPv6', { ...server, family: 6 }],
    ['redis://me:pw@host', { username: 'me', password: 'pw' }],
    ['redis://default@host', { ...server, username: undefined, password: undefined }],
    ['redis+cluster://host', { kind: 'cluster', nodes: [{ host: 'host', port: 6379 }], tls: undefined }],
    ['REDISS+SENTINEL://a/main/', { kind: 'sentinels', master: 'main', db: 0, tls: {} }],
  ])('%s', (url, address) => {
    expect(parseRedisUrl(url)).toMatchObject(address);
  });

  it('names sentinels and their master', () => {
    const sentinels = [
      { host: 'a', port: 1 },
      { host: 'b', port: 26379 },
    ];
    const expected = { kind: 'sentinels', sentinels, master: 'main', db: 2, password: 'secret' };
    expect(parseRedisUrl('redis+sentinel://:secret@a:1,b/main/2')).toMatchObject(expected);
  });

  it('names the nodes of a cluster', () => {
    const nodes = [
      { host: 'a', port: 6379 },
      { host: 'b', port: 7 },
    ];
    expect(parseRedisUrl('rediss+cluster://a,b:7/0')).toMatchObject({ kind: 'cluster', nodes, tls: {} });
  });

  it.each([
    ['rediss://host', {}],
    ['rediss://host?ssl_cert_reqs=required', {}],
    ['rediss://host?ssl_cert_reqs=none', { rejectUnauthorized: false }],
    ['rediss://host?skip_verify=true', { rejectUnauthorized: false }],
    ['rediss://host?ssl_check_hostname=false', { checkServerIdentity: expect.any(Function) }],
    ['rediss://host?ssl_check_hostname=False', { checkServerIdentity: expect.any(Function) }],
    ['rediss://host?ssl_check_hostname=true', {}],
    ['rediss://host?ssl_check_hostname=True', {}],
    ['rediss://host?skip_verify=false', {}],
  ])('says how a certificate is checked: %s', (url, tls) => {
    expect(parseRedisUrl(url).tls).toEqual(tls);
  });

  it('takes certificates from files', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tls-'));
    for (const name of ['ca', 'cert', 'key']) await writeFile(join(directory, name), `the ${name}`);
    const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => join(directory, name));
    const files = `ssl_ca_certs=${ca}&ssl_certfile=${cert}&ssl_keyfile=${key}`;
    expect(parseRedisUrl(`rediss://host?${files}`).tls).toEqual({
      ca: 'the ca',
      cert: 'the cert',
      key: 'the key',
    });
    expect(parseRedisUrl(`rediss://host?ssl_ca_certs=${ca}`).tls).toEqual({ ca: 'the ca' });
    expect(
      parseRedisUrl('rediss://host?ssl_check_hostname=false').tls?.checkServerIdentity?.('host', {} as never),
    ).toBeUndefined();
  });
});

describe('a URL whose meaning is not sure is refused in one sentence that names the part and the mend:', () => {
  it.each([
    ['redis://:pa/ss@host', 'an unescaped "/" in its user name or password; write %2F'],
    ['redis://:12/34@host/0', 'an unescaped "/" in its user name or password; write %2F'],
    ['redis://u:p@s/s@host/0', 'an unescaped "/" in its user name or password; write %2F'],
    ['redis://:pa?ss@host', 'an unescaped "?" in its user name or password; write %3F'],
    ['redis://:pa#ss@host', 'an unescaped "#"; write %23'],
    ['redis://:100%@host', 'a "%" in its password that begins no escape sequence; write it as %25'],
    ['redis://:%ff@host', 'a "%" in its password'],
    ['redis://100%:x@host', 'a "%" in its user name'],
    ['redis://secret@host', 'a user name without a password; write :password@'],
    ['redis://host:65536', 'a port that is no number from 1 to 65535'],
    ['redis://host:0', 'a port that is no number from 1 to 65535'],
    ['redis://host:abc', 'a port that is no number from 1 to 65535'],
    ['redis://:secret', 'a port that is no number from 1 to 65535'],
    ['redis://', 'names no host'],
    ['redis://:6379', 'names no host'],
    ['redis:///0', 'names no host'],
    ['redis://::1', 'put an IPv6 address in brackets'],
    ['redis://ho st', 'a host that cannot be one'],
    ['redis://<host>', 'a host that cannot be one'],
    ['redis://$' + '{REDIS_HOST}', 'a placeholder'],
    ['redis://a,b', 'names several hosts; begin it with redis+sentinel:// or redis+cluster://'],
    ['redis://host/cache', 'a database that is no number'],
    ['redis://host/0/1', 'a database that is no number'],
    ['redis://host/-1', 'a database that is no number'],
    ['redis://host/1?db=2', 'two databases, in its path and as a parameter; leave one out'],
    ['redis://host?db=', 'the parameter db without a value'],
    ['redis://host?db=1&db=1', 'the parameter db twice'],
    ['redis://host?family=5', 'a family that is none of 0, 4, 6, IPv4, IPv6'],
    ['redis://host?timeout=5', 'the parameter timeout, which is not supported; leave it out'],
    ['redis://host?ssl_cert_reqs=none', 'ssl_cert_reqs, which needs TLS; begin the URL with rediss://'],
    ['rediss://host?ssl_cert_reqs=optional', 'a ssl_cert_reqs that is none of required, none'],
    [
      'rediss://host?ssl_ca_certs=/nowhere/ca.pem',
      'names /nowhere/ca.pem as ssl_ca_certs, which cannot be read',
    ],
    ['redis+sentinel://a,b', 'names no master; add its name, as in redis+sentinel://host:26379/mymaster'],
    ['redis+sentinel://a/main/x', 'a database that is no number'],
    ['redis+cluster://a,b/1', 'a database other than 0, which a cluster does not have'],
    ['unix://run/redis.sock', 'names no socket; write three slashes'],
    ['unix://', 'names no socket; write three slashes'],
    ['http://host', 'is no URL of a Redis; it must be redis://'],
    ['host:6379', 'is no URL of a Redis; it must be redis://'],
    ['/run/redis.sock', 'is no URL of a Redis; it must be redis://'],
    ['"redis://host"', 'is in quotation marks; remove them'],
    ['host="x"', 'is no URL of a Redis; it must be redis://'],
    ['redis+cluster://a,', 'names no host'],
    ['unix://:1/run/redis.sock', 'names no socket; write three slashes'],
    ['unix://a,/run/redis.sock', 'names no socket; write three slashes'],
    ['redis://host/1234567', 'a database that is no number'],
    ['redis://host/1x', 'a database that is no number'],
    ['redis://host/x1', 'a database that is no number'],
    ['redis://host?db=1&database=1', 'the parameters db and database, which mean the same'],
    [
      'redis://host?client_name=a&clientName=b',
      'the parameters client_name and clientName, which mean the same',
    ],
    ['redis+cluster://a?db=1', 'a database other than 0, which a cluster does not have; leave it out'],
    ...['ssl_check_hostname', 'skip_verify', 'ssl_ca_certs', 'ssl_certfile', 'ssl_keyfile', 'ssl', 'tls'].map(
      (parameter): [string, string] => [
        `redis://host?${parameter}=x`,
        `the parameter ${parameter}, which needs TLS; begin the URL with rediss://, or leave it out`,
      ],
    ),
    [
      'rediss://host?ssl_certfile=/nowhere',
      'names /nowhere as ssl_certfile, which cannot be read (ENOENT); correct the path',
    ],
    ['rediss://host?ssl_keyfile=/nowhere', 'names /nowhere as ssl_keyfile'],
    ['rediss://host?skip_verify=1', 'a skip_verify that is none of true, false'],
  ])('%s', (url, part) => {
    const sentence = (text: string) => /^REDIS_URL [^\n]+[.]$/.test(text) && text.includes(part);
    expect(() => parseRedisUrl(url)).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.toSatisfy(sentence) }),
    );
  });

  it.each([
    'redis://u:hunter2/x@host',
    'redis://u:hunter2',
    'redis://u:hunter2?x@h',
    'redis://u:hunter2%@h',
    'hunter2',
  ])('without showing the password: %s', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});
