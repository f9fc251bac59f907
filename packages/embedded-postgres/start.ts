import { dirname, resolve } from 'node:path';
import { errorCode, StartError } from '@learning-loop/service/errors';
import { chooseAccount } from './account.ts';
import { createCluster, findBinaries, hasCluster, readPassword } from './cluster.ts';
import { endLeftovers } from './leftovers.ts';
import { type Server, type ServerOptions, startServer } from './server.ts';

export interface EmbeddedPostgresOptions extends ServerOptions {
  /** Port on 127.0.0.1; 0, the default, takes a free one at each start. */
  port?: number;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Of the database `postgres`, as superuser. */
  url: string;
  /** Disconnects the clients and stops the server; resolves when it is gone. */
  stop(): Promise<void>;
  /** Resolves with what it said last when the server ends without having been stopped. */
  died: Promise<string>;
}

/**
 * Starts PostgreSQL on a data directory, which is made at the first start. What a killed process left behind is
 * stopped and recovered. Throws a StartError when the directory is unusable or in use, or the server does not start.
 */
export async function startEmbeddedPostgres(
  directory: string,
  { port = 0, ...options }: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const data = resolve(directory);
  const server = await startOn(data, port, options).catch((error: unknown) => {
    throw directoryFault(data, error);
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
  if (exists) await endLeftovers(data);
  else await createCluster(data, account, binaries);
  return startServer({ data, port, account, postgres: binaries.postgres }, options);
}

function directoryFault(data: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof StartError || code === undefined) return error;
  return new StartError(`The data directory ${data} cannot be used (${code}); choose another DATA_DIR.`, {
    cause: error,
  });
}
