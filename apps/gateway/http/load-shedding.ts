import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import { routeAccess } from '../auth/roles.ts';

/** When the process counts as unable to keep up. */
export interface Overload {
  /** The event loop's delay, in ms; 0 for any. */
  longestDelayMs: number;
  /** One long step, as when models are loaded at start, is no overload: the mean of this time counts. */
  meanOfMs: number;
}

export const overload: Overload = { longestDelayMs: 1_000, meanOfMs: 5_000 };
const retryAfterSeconds = 5;
const mostOfTheHeap = 0.92;

/** Answers 503 while the process cannot keep up, so that what it has begun gets done. Probes are always answered. */
export async function registerLoadShedding(
  server: FastifyInstance,
  { longestDelayMs, meanOfMs }: Overload,
): Promise<void> {
  await server.register(underPressure, {
    sampleInterval: meanOfMs,
    maxEventLoopDelay: longestDelayMs,
    maxHeapUsedBytes: getHeapStatistics().heap_size_limit * mostOfTheHeap,
    pressureHandler: (request, reply) => {
      if (routeAccess(request.method, request.routeOptions.url ?? '') === 'public') return;
      const error = { code: 'overloaded', message: 'More is asked than can be answered; try again shortly.' };
      reply.status(503).header('retry-after', retryAfterSeconds).send({ error });
    },
  });
}
