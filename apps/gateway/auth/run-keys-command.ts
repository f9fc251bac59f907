import { connectDb } from '@learning-loop/db/connect';
import { migrate } from '@learning-loop/db/migrate';
import { prepareEnvironment } from '@learning-loop/service/config/dotenv';
import { ConfigError } from '@learning-loop/service/config/read-env';
import { StartError } from '@learning-loop/service/errors';
import { keysCommand } from './keys-cli.ts';

/** Runs the command line on the database that `open` gives access to, and says one sentence when it cannot. */
export async function runKeysCommand(
  open: () => Promise<AsyncDisposable & { url: string }>,
  args: string[],
): Promise<void> {
  try {
    prepareEnvironment();
    await using database = await open();
    await using db = connectDb(database.url, { name: 'keys', max: 1 });
    await migrate(db);
    process.stdout.write(`${await keysCommand(db, args)}\n`);
  } catch (error) {
    if (!(error instanceof StartError || error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
