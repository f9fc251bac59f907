import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { listenFault } from '../errors.ts';
import type { Service } from '../service.ts';

type Health = Pick<Service<unknown>, 'metrics' | 'signal'>;

interface HealthOptions {
  host: string;
  /** 0 takes a free port. */
  port: number;
  /** Names what is missing to do the work, such as `postgres`; empty when ready. */
  ready(): Promise<string[]>;
}

/**
 * /livez, /readyz and /metrics of a service without an HTTP API of its own. Not ready once the shutdown has begun.
 * Throws a StartError when it cannot listen there.
 */
export async function createHealthServer(
  service: Health,
  { host, port, ready }: HealthOptions,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    answer(service, ready, request.url ?? '', response).catch((error: unknown) =>
      sendJson(response, 500, { error: { code: 'internal', message: String(error) } }),
    );
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw listenFault(error, host, port);
  });
  return { url: `http://${host}:${portOf(server)}`, [Symbol.asyncDispose]: () => close(server) };
}

async function answer(
  service: Health,
  ready: () => Promise<string[]>,
  url: string,
  response: ServerResponse,
): Promise<void> {
  if (url === '/livez') return sendJson(response, 200, { status: 'ok' });
  if (url === '/readyz') {
    const missing = service.signal.aborted ? ['shutting down'] : await whatIsMissing(ready);
    return sendJson(response, missing.length === 0 ? 200 : 503, { ready: missing.length === 0, missing });
  }
  if (url === '/metrics') {
    const text = await service.metrics.metrics();
    response.writeHead(200, { 'content-type': service.metrics.contentType }).end(text);
    return;
  }
  sendJson(response, 404, {
    error: { code: 'not_found', message: 'Here are /livez, /readyz and /metrics.' },
  });
}

/** A probe is answered in time even when what it asks for hangs. */
async function whatIsMissing(ready: () => Promise<string[]>): Promise<string[]> {
  const late = setTimeout(2000, ['an answer within 2 s'], { ref: false });
  return Promise.race([ready(), late]).catch((error: unknown) => [String(error)]);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' ? address?.port : undefined;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

interface Address {
  host: string;
  /** Unset: nobody probes this process. */
  port?: number | undefined;
}

/**
 * Serves the probes of a worker where its configuration says so. The worker is ready while each of these
 * dependencies is reachable. The queues are none of them: they may be down without harm, and a restart would not
 * bring them back. Throws a StartError when the port is taken.
 */
export async function serveHealth(
  service: Pick<Service<Address>, 'config' | 'log' | 'metrics' | 'signal' | 'use'>,
  dependencies: Record<string, () => Promise<boolean>>,
): Promise<void> {
  const { host, port } = service.config;
  if (port === undefined) return;
  const ready = async () => {
    const checks = Object.entries(dependencies).map(async ([name, isReachable]) =>
      (await isReachable()) ? [] : [name],
    );
    return (await Promise.all(checks)).flat();
  };
  const server = service.use(await createHealthServer(service, { host, port, ready }), 'probes');
  service.log.info({ url: server.url }, 'probes_answered');
}
