import type { FastifyInstance } from 'fastify';
import { openKeyring } from '../auth/api-key-store.ts';
import { authenticate } from '../auth/authenticate.ts';
import type { Gateway } from '../context.ts';
import { secureHeaders } from '../secure-headers.ts';
import { type Overload, shedLoad } from './load-shedding.ts';
import { limitRates } from './rate-limits.ts';

const mostConnections = 10_000;
/** For the head of a request; fastify's requestTimeout is for all of it. */
const headersTimeoutMs = 10_000;
/** Node looks for requests that take too long only so often; its own 30 s would make 40 s of 10. */
export const lookForSlowMs = 1_000;

/** What stands before every route. */
export async function protect(server: FastifyInstance, gateway: Gateway, when: Overload): Promise<void> {
  server.server.maxConnections = mostConnections;
  server.server.headersTimeout = headersTimeoutMs;
  secureHeaders(server);
  await shedLoad(server, when);
  const keyring = openKeyring(gateway.db, gateway.log);
  server.addHook('onClose', () => keyring[Symbol.asyncDispose]());
  authenticate(server, keyring);
  await limitRates(server, gateway);
}
