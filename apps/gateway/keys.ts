import { infraEnv } from '@learning-loop/service/config/infra-env';
import { readEnv } from '@learning-loop/service/config/read-env';
import { Type } from 'typebox';
import { runKeysCommand } from './auth/keys-cli.ts';

const Env = Type.Object({ DATABASE_URL: infraEnv.DATABASE_URL });

await runKeysCommand(
  async () => ({ url: readEnv(Env, process.env).DATABASE_URL, [Symbol.asyncDispose]: async () => {} }),
  process.argv.slice(2),
);
