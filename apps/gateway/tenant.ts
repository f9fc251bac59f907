import type { FastifyRequest } from 'fastify';

/** Whose data a request may touch: the key says it, never the body. */
export function tenantOf({ keyHolder, url }: FastifyRequest): string {
  if (!keyHolder) throw new Error(`${url} was not authenticated`);
  return keyHolder.tenant_id;
}
