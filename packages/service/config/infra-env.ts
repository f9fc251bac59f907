import { Type } from 'typebox';

/** The servers that every app works on, to spread into its schema. */
export const engineEnv = {
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
