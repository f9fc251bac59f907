import { readEnv } from '@learning-loop/service/config/read-env';
import { Type } from 'typebox';
import { runKeysCommand } from './auth/keys-cli.ts';

const Env = Type.Object({ DATABASE_URL: Type.String({ description: 'the URL of the Postgres database' }) });

await runKeysCommand(
  async () => ({ url: readEnv(Env, process.env).DATABASE_URL, [Symbol.asyncDispose]: async () => {} }),
  process.argv.slice(2),
);
