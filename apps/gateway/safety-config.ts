import { type Static, Type } from 'typebox';

/** The variables that say who may call, and how often; to spread into the gateway's schema. */
export const safetyEnv = {
  /** For a network that only trusted callers reach, as that of docker-compose.yml. */
  ALLOW_NO_KEYS: Type.Boolean({ default: false }),
};

export const safetyConfig = (env: Static<Type.TObject<typeof safetyEnv>>) => ({
  allowNoKeys: env.ALLOW_NO_KEYS,
});
