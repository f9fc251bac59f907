import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/** Labels by route, not by URL: callers must not create new series. */
export function registerHttpMetrics(server: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'http_request_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  server.addHook('onResponse', async (request, reply) => {
    const { method, is404, routeOptions } = request;
    const route = is404 ? 'none' : (routeOptions.url ?? 'none').replace(/^\/docs\/.*/u, '/docs');
    seconds.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
}
