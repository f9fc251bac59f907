import type { FastifyInstance } from 'fastify';
import { authenticate } from './authenticate.ts';
import type { Gateway } from './gateway.ts';
import { openKeyring } from './keyring.ts';

/** What stands before every route. */
export async function protect(server: FastifyInstance, { db, log }: Gateway): Promise<void> {
  const keyring = openKeyring(db, log);
  server.addHook('onClose', () => keyring[Symbol.asyncDispose]());
  authenticate(server, keyring);
}
