import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { toHost, workerConfig, workerEnv } from './infra-env.ts';
import { readEnv } from './read-env.ts';

const Env = Type.Object(workerEnv);
const DATABASE_URL = 'postgres://host/db';
const read = (env: NodeJS.ProcessEnv) => workerConfig(readEnv(Env, { DATABASE_URL, ...env }));

test('a worker needs a database only, listens on no port, and if it does, to this machine alone', () => {
  expect(read({})).toEqual({
    ...{ databaseUrl: DATABASE_URL, redisUrl: undefined, host: '127.0.0.1', port: undefined },
    ...{ metricsKey: undefined, logDir: undefined, logLevel: 'info' },
  });
});

test('all that can be said is taken over', () => {
  const env = {
    ...{ REDIS_URL: 'redis://host', HOST: '[::]', PORT: '0', METRICS_KEY: 'secret' },
    ...{ LOG_DIR: 'logs', LOG_LEVEL: 'debug' },
  };
  expect(read(env)).toEqual({
    ...{ databaseUrl: DATABASE_URL, redisUrl: 'redis://host', host: '::', port: 0 },
    ...{ metricsKey: 'secret', logDir: 'logs', logLevel: 'debug' },
  });
  expect(read({ PORT: '65535' }).port).toBe(65_535);
});

test.each([
  ['PORT', '-1', 'PORT is "-1"; it must be an integer from 0 to 65535.'],
  ['PORT', '65536', 'PORT is "65536"; it must be an integer from 0 to 65535.'],
  [
    'LOG_LEVEL',
    'loud',
    'LOG_LEVEL is "loud"; it must be one of fatal, error, warn, info, debug, trace, silent.',
  ],
  ['REDIS_URL', 'redis://', 'REDIS_URL names no host; write redis://user:password@host:6379/0.'],
])('%s=%s is refused', (name, value, message) => {
  expect(() => read({ [name]: value })).toThrow(expect.objectContaining({ name: 'ConfigError', message }));
});

test('an unset database is asked for in words', () => {
  const message = 'DATABASE_URL is not set; it must be the URL of the Postgres database.';
  expect(() => readEnv(Env, {})).toThrow(expect.objectContaining({ message }));
});

test.each([
  ['[::1]', '::1'],
  ['::1', '::1'],
  ['host', 'host'],
  ['[a]b', '[a]b'],
  ['a[b]', 'a[b]'],
])('the host %s is %s', (HOST, host) => {
  expect(toHost({ HOST })).toBe(host);
});
