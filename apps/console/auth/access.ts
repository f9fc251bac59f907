import type { FastifyRequest } from 'fastify';

/** By method and matched route; every other route needs a caller. */
const publicRoutes: ReadonlySet<string> = new Set([
  'GET /livez',
  'GET /readyz',
  'GET /metrics',
  'POST /api/session',
  'DELETE /api/session',
  // The page holds no data: it fetches all of it from routes that need a caller.
  'GET /',
  'GET /queues',
  'GET /users',
  'GET /users/*',
  'GET /training',
  'GET /try',
  'GET /assets/*',
]);

/** Goes by the matched route: a raw URL has many forms, such as `/%61pi/queues`, `//api/queues` or `http://host/api/queues`. */
export function requiresCaller({ method, routeOptions, is404 }: FastifyRequest): boolean {
  // Fastify answers HEAD wherever it answers GET.
  const verb = method === 'HEAD' ? 'GET' : method;
  return !is404 && !publicRoutes.has(`${verb} ${routeOptions.url}`);
}
