import { dirname, resolve } from 'node:path';
import { errorCode, StartError } from '@learning-loop/service/errors';
import { chooseAccount } from './account.ts';
import { createCluster, findBinaries, hasCluster, readPassword } from './cluster.ts';
import { stopLeftovers } from './leftovers.ts';
import { type Server, type ServerOptions, startServer } from './server.ts';

export interface EmbeddedPostgresOptions extends ServerOptions {
  /** On 127.0.0.1; 0, the default, takes a free port. */
  port?: number;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Database `postgres`, as superuser. */
  url: string;
  stop(): Promise<void>;
  /** Resolves with the server's last error if it ends without `stop`. */
  died: Promise<string>;
}

/** Creates the directory if needed. Throws a StartError if it is unusable or in use, or the server does not start. */
export async function startEmbeddedPostgres(
  directory: string,
  { port = 0, ...options }: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const data = resolve(directory);
  const server = await startOn(data, port, options).catch((error: unknown) => {
    throw toStartError(data, error);
  });
  const password = await readPassword(data);
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres`,
    stop: server.stop,
    died: server.died,
    [Symbol.asyncDispose]: server.stop,
  };
}

async function startOn(data: string, port: number, options: ServerOptions): Promise<Server> {
  const binaries = await findBinaries();
  const exists = await hasCluster(data);
  const account = await chooseAccount(data, [binaries.postgres, dirname(data)]);
  if (exists) await stopLeftovers(data);
  else await createCluster(data, account, binaries);
  return startServer({ data, port, account, postgres: binaries.postgres }, options);
}

function toStartError(data: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof StartError || code === undefined) return error;
  return new StartError(`The data directory ${data} cannot be used (${code}); choose another DATA_DIR.`, {
    cause: error,
  });
}
