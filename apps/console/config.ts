import { hostEnv, infraEnv, toHost } from '@learning-loop/service/config/infra-env';
import { readEnv } from '@learning-loop/service/config/read-env';
import { logConfig, logEnv } from '@learning-loop/service/log';
import { Type } from 'typebox';

const Env = Type.Object({
  ...infraEnv,
  ...hostEnv,
  PORT: Type.Integer({ default: 8081, minimum: 0, maximum: 65_535 }),
  GATEWAY_URL: Type.String({
    default: 'http://127.0.0.1:8080',
    pattern: '^https?://',
    description: 'the URL of the gateway',
  }),
  METRICS_URLS: Type.String({ default: '', description: 'URLs of /metrics, with commas between them' }),
  METRICS_KEY: Type.Optional(Type.String()),
  /** Its admins may use the tools over the queues, which all tenants share. */
  OPERATOR_TENANT: Type.Optional(
    Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,62}$', description: 'the name of a tenant' }),
  ),
  ...logEnv,
});

export type Config = ReturnType<typeof readConfig>;

export function readConfig(source: NodeJS.ProcessEnv) {
  const env = readEnv(Env, source);
  return {
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    host: toHost(env),
    port: env.PORT,
    gatewayUrl: env.GATEWAY_URL.replace(/\/+$/u, ''),
    metrics: { urls: env.METRICS_URLS.split(',').filter(Boolean), key: env.METRICS_KEY },
    operatorTenant: env.OPERATOR_TENANT,
    ...logConfig(env),
  };
}
