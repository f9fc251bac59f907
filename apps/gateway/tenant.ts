import type { FastifyRequest } from 'fastify';

/** Whose data a request may touch: the key says it, never the body. */
export function tenantOf({ caller, url }: FastifyRequest): string {
  if (!caller) throw new Error(`${url} was not authenticated`);
  return caller.tenant_id;
}
