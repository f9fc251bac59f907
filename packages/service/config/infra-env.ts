import { type Static, Type } from 'typebox';
import { logConfig, logEnv } from '../log.ts';
import { parsePostgresUrl } from './postgres-url.ts';
import { ConfigError } from './read-env.ts';
import { parseRedisUrl } from './redis-url.ts';

/** A text that `parse` accepts; what it throws is the sentence that refuses it. */
function urlFor(parse: (text: string) => unknown, description: string) {
  const findFault = (text: string): string | undefined => {
    try {
      parse(text);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return undefined;
  };
  return Type.Refine(
    Type.String({ description }),
    (text) => findFault(text) === undefined,
    (text) => findFault(text) ?? '',
  );
}

/** To spread into the schema of an app's environment. */
export const infraEnv = {
  DATABASE_URL: urlFor(parsePostgresUrl, 'the URL of the Postgres database'),
  REDIS_URL: Type.Optional(urlFor(parseRedisUrl, 'the URL of Redis')),
};

export const hostEnv = { HOST: Type.String({ default: '127.0.0.1' }) };

/** An IPv6 address may stand in brackets, as in a URL. */
export const toHost = ({ HOST }: { HOST: string }): string => HOST.replace(/^\[(.*)\]$/, '$1');

export const workerEnv = {
  ...infraEnv,
  ...hostEnv,
  /** Of /livez, /readyz and /metrics. Unset: not served. */
  PORT: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  /** If set, /metrics wants it: Authorization: Bearer … */
  METRICS_KEY: Type.Optional(Type.String({ minLength: 1 })),
  ...logEnv,
};

export function workerConfig(env: Static<Type.TObject<typeof workerEnv>>) {
  return {
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    host: toHost(env),
    port: env.PORT,
    metricsKey: env.METRICS_KEY,
    ...logConfig(env),
  };
}
