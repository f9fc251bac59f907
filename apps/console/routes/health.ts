import type { Routes } from '../context.ts';

/** GET /livez, /readyz and /metrics. */
export const health: Routes =
  ({ db, metrics }) =>
  async (server) => {
    server.get('/livez', async () => ({ status: 'live' }));
    server.get('/readyz', async (_request, reply) => {
      const ready = await db
        .selectNoFrom((no) => no.lit(1).as('one'))
        .execute()
        .then(
          () => true,
          () => false,
        );
      return reply.status(ready ? 200 : 503).send({ ready, missing: ready ? [] : ['postgres'] });
    });
    server.get('/metrics', async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.metrics()),
    );
  };
