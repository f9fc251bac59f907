import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { toListenError } from '@learning-loop/service/errors';

/**
 * `port`, or for 0 a free one that the system does not hand out. Throws a StartError for a taken port, before the
 * database starts.
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
 * The configured port, which must be free (StartError), else the one after the gateway's. Any free port if that is
 * taken, or if the gateway was configured to use any.
 */
export async function findConsolePort(
  { host, port, consolePort }: { host: string; port: number; consolePort: number | undefined },
  gatewayPort: number,
): Promise<number> {
  if (consolePort !== undefined) return await findPort(host, consolePort);
  if (port === 0 || gatewayPort === 65_535) return await findPort(host, 0);
  return await findPort(host, gatewayPort + 1).catch(() => findPort(host, 0));
}
