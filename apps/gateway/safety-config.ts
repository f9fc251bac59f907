import { type Static, Type } from 'typebox';

/** The variables that say who may call, and how often; to spread into the gateway's schema. */
export const safetyEnv = {
  /** For a network that only trusted callers reach, as that of docker-compose.yml. */
  ALLOW_NO_KEYS: Type.Boolean({ default: false }),
  /** In a minute, 0 for no limit; who calls without a key is not limited. */
  RATE_LIMIT_PER_KEY: Type.Integer({ default: 60_000, minimum: 0 }),
  RATE_LIMIT_PER_USER: Type.Integer({ default: 600, minimum: 0 }),
};

export const safetyConfig = (env: Static<Type.TObject<typeof safetyEnv>>) => ({
  allowNoKeys: env.ALLOW_NO_KEYS,
  requestsPerKey: env.RATE_LIMIT_PER_KEY,
  requestsPerUser: env.RATE_LIMIT_PER_USER,
});
