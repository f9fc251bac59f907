import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';

interface Server {
  addHook(name: 'onRoute', hook: (route: { method: string | string[]; url: string }) => void): void;
}

// Loaded into a process before its app (node --import): writes each route that Fastify gets to ROUTES_FILE.
subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { fastify: Server };
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const verb of [method].flat()) appendFileSync(process.env['ROUTES_FILE'] ?? '', `${verb} ${url}\n`);
  });
});
