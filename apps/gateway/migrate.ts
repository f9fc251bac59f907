import { connectDb } from '@learning-loop/db/connect';
import { migrate } from '@learning-loop/db/migrate';
import { infraEnv } from '@learning-loop/service/config/infra-env';
import { readEnv } from '@learning-loop/service/config/read-env';
import { runCommand } from '@learning-loop/service/run-command';
import { Type } from 'typebox';

// Migrates the database before the processes of a new version start.
const Env = Type.Object({ DATABASE_URL: infraEnv.DATABASE_URL });
await runCommand(async () => {
  await using db = connectDb(readEnv(Env, process.env).DATABASE_URL, { name: 'migrate', max: 1 });
  await migrate(db);
});
