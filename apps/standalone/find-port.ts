import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { toListenError } from '@learning-loop/service/errors';

/**
 * The port to listen on: the one asked for, or for 0 a free one that no system gives away meanwhile. Asked before the
 * database is started, so that a taken port is said at once: throws a StartError for it.
 */
export async function findPort(host: string, port: number): Promise<number> {
  const server = createServer().listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw toListenError(error, host, port);
  });
  server.close();
  await once(server, 'close');
  return port === 0 ? await freePort(host) : port;
}

/**
 * The console's port: the one that is set, and a StartError when it is taken; else the one after the gateway's, or
 * any free one when that is taken or the gateway's was any free one, too.
 */
export async function findConsolePort(
  { host, port, consolePort }: { host: string; port: number; consolePort: number | undefined },
  gatewayPort: number,
): Promise<number> {
  if (consolePort !== undefined) return await findPort(host, consolePort);
  if (port === 0 || gatewayPort === 65_535) return await findPort(host, 0);
  return await findPort(host, gatewayPort + 1).catch(() => findPort(host, 0));
}
