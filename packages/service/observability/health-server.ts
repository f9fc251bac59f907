import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { toListenError } from '../errors.ts';

interface Health {
  metrics: Registry;
  /** Aborted when the shutdown begins. */
  signal: AbortSignal;
}

interface HealthOptions {
  host: string;
  port: number;
  /** If set, /metrics wants it. */
  metricsKey?: string | undefined;
  /** Names the missing dependencies, such as `postgres`; empty when ready. */
  ready(): Promise<string[]>;
  /** What is wrong though the service works, in sentences. */
  notices?: (() => Promise<string[]>) | undefined;
}

/** Serves /livez, /readyz and /metrics. Not ready during shutdown. Throws a StartError when it cannot listen. */
export async function createHealthServer(
  service: Health,
  { host, port, ...options }: HealthOptions,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    respond(service, options, request, response).catch((error: unknown) =>
      sendJson(response, 500, { error: { code: 'internal', message: String(error) } }),
    );
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw toListenError(error, host, port);
  });
  return { url: `http://${host}:${getPort(server)}`, [Symbol.asyncDispose]: () => close(server) };
}

async function respond(
  service: Health,
  { ready, metricsKey, notices }: Omit<HealthOptions, 'host' | 'port'>,
  { url, headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (url === '/livez') return sendJson(response, 200, { status: 'ok' });
  if (url === '/readyz') {
    const [missing, said] = await Promise.all([
      service.signal.aborted ? ['shutting down'] : checkReady(ready),
      notices?.().catch(() => []) ?? [],
    ]);
    return sendJson(response, missing.length === 0 ? 200 : 503, {
      ready: missing.length === 0,
      missing,
      ...(said.length > 0 ? { notices: said } : {}),
    });
  }
  if (url === '/metrics') {
    if (!holdsMetricsKey(headers.authorization, metricsKey))
      return sendJson(response, 401, { error: { code: 'key_needed', message: metricsKeyNeeded } });
    const text = await service.metrics.metrics();
    response.writeHead(200, { 'content-type': service.metrics.contentType }).end(text);
    return;
  }
  sendJson(response, 404, {
    error: { code: 'not_found', message: 'Here are /livez, /readyz and /metrics.' },
  });
}

export const metricsKeyNeeded = 'Send the METRICS_KEY: Authorization: Bearer …';

/** Whether a request may read metrics: anybody may where no key is set. In constant time. */
export function holdsMetricsKey(authorization: string | undefined, key: string | undefined): boolean {
  if (key === undefined) return true;
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${key}`));
}

/** Probes are answered in time even if a dependency hangs. */
async function checkReady(ready: () => Promise<string[]>): Promise<string[]> {
  const late = setTimeout(2000, ['an answer within 2 s'], { ref: false });
  return Promise.race([ready(), late]).catch((error: unknown) => [String(error)]);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function getPort(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' ? address?.port : undefined;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

interface ProbedService extends Health {
  config: Address;
  log: Logger;
  use<T extends AsyncDisposable>(resource: T, label?: string): T;
}

interface Address {
  host: string;
  port?: number | undefined;
  metricsKey?: string | undefined;
}

/** The queues are no dependencies: a worker survives without them, and a restart would not bring them back. */
export async function serveHealth(
  service: ProbedService,
  dependencies: Record<string, () => Promise<boolean>>,
  notices?: () => Promise<string[]>,
): Promise<void> {
  const { host, port, metricsKey } = service.config;
  if (port === undefined) return;
  const ready = async () => {
    const checks = Object.entries(dependencies).map(async ([name, isReachable]) =>
      (await isReachable()) ? [] : [name],
    );
    return (await Promise.all(checks)).flat();
  };
  const options = { host, port, ready, metricsKey, notices };
  const server = service.use(await createHealthServer(service, options), 'probes');
  service.log.info({ url: server.url }, 'probes_answered');
}
