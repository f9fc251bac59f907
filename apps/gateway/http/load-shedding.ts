import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import { routeAccess } from '../auth/roles.ts';

export interface Overload {
  /** Event loop delay in ms; 0 disables the check. */
  maxDelayMs: number;
  /** The delay is averaged over this time, since one long step, such as loading models, is no overload. */
  sampleMs: number;
}

export const overload: Overload = { maxDelayMs: 1_000, sampleMs: 5_000 };
const retryAfterSeconds = 5;
const maxHeapShare = 0.92;

/** Answers 503 under overload, so that accepted requests finish. Probes are always answered. */
export async function registerLoadShedding(
  server: FastifyInstance,
  { maxDelayMs, sampleMs }: Overload,
): Promise<void> {
  await server.register(underPressure, {
    sampleInterval: sampleMs,
    maxEventLoopDelay: maxDelayMs,
    maxHeapUsedBytes: getHeapStatistics().heap_size_limit * maxHeapShare,
    pressureHandler: (request, reply) => {
      if (routeAccess(request.method, request.routeOptions.url ?? '') === 'public') return;
      const error = { code: 'overloaded', message: 'More is asked than can be answered; try again shortly.' };
      reply.status(503).header('retry-after', retryAfterSeconds).send({ error });
    },
  });
}
