import { type Static, Type } from 'typebox';
import { logConfig, logEnv } from '../log.ts';

/** To spread into the schema of an app's environment. */
export const infraEnv = {
  DATABASE_URL: Type.String({
    pattern: '^postgres(ql)?://',
    description: 'the URL of the Postgres database',
  }),
  REDIS_URL: Type.Optional(
    Type.String({
      pattern: '^rediss?(\\+(sentinel|cluster))?://',
      description: 'the URL of Redis: redis://, rediss:// for TLS, redis+sentinel:// or redis+cluster://',
    }),
  ),
};

export const workerEnv = {
  ...infraEnv,
  HOST: Type.String({ default: '127.0.0.1' }),
  /** Of /livez, /readyz and /metrics. Unset: not served. */
  PORT: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  ...logEnv,
};

export function workerConfig(env: Static<Type.TObject<typeof workerEnv>>) {
  return {
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    host: env.HOST,
    port: env.PORT,
    ...logConfig(env),
  };
}
