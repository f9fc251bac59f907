import path from 'node:path';
import { findRunningPostgres } from '@learning-loop/embedded-postgres/cluster';
import { startEmbeddedPostgres } from '@learning-loop/embedded-postgres/start';
import { runKeysCommand } from 'gateway/auth/keys-cli';
import { readConfig } from './config.ts';

/** The configured database, or the embedded one, which is started if the service is not running. */
async function open(): Promise<AsyncDisposable & { url: string }> {
  const { databaseUrl, dataDir } = readConfig(process.env);
  const directory = path.join(dataDir, 'postgres');
  const url = databaseUrl ?? (await findRunningPostgres(directory));
  return url === undefined
    ? await startEmbeddedPostgres(directory)
    : { url, [Symbol.asyncDispose]: async () => {} };
}

await runKeysCommand(open, process.argv.slice(2));
