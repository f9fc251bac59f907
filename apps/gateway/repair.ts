import { parseArgs } from 'node:util';
import { repairAccess } from '@learning-loop/db/access/repair-access';
import { connectDb } from '@learning-loop/db/connect';
import { toDatabaseStartError } from '@learning-loop/db/start-errors';
import { prepareEnvironment } from '@learning-loop/service/config/dot-env';
import { infraEnv } from '@learning-loop/service/config/infra-env';
import { readEnv } from '@learning-loop/service/config/read-env';
import { StartError } from '@learning-loop/service/errors';
import { runCommand } from '@learning-loop/service/run-command';
import { Type } from 'typebox';

const usage = `Usage: repair [--owner USER]
Makes the roles, policies and rights of a restored database again. --owner makes USER the owner of its tables first.`;
const Env = Type.Object({ DATABASE_URL: infraEnv.DATABASE_URL });

function readOwner(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { owner: { type: 'string' } } }).values.owner;
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

await runCommand(async () => {
  const owner = readOwner(process.argv.slice(2));
  prepareEnvironment();
  await using db = connectDb(readEnv(Env, process.env).DATABASE_URL, { name: 'repair', max: 1 });
  const roles = await repairAccess(db, owner).catch((error: unknown) => {
    throw toDatabaseStartError(error);
  });
  process.stdout.write(
    `The database has its roles (${Object.values(roles).join(', ')}), policies and rights.\n`,
  );
});
