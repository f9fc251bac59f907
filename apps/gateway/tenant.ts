import type { FastifyRequest } from 'fastify';

/** Whose data a request may touch. Never taken from the body. */
export function tenantOf(_request: FastifyRequest): string {
  return 'default';
}
