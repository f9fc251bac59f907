import { HttpError } from '@learning-loop/service/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/sign-in.ts';
import type { RouteGroup } from '../context.ts';

/** /v1/*: the pages act through the gateway's API, with the key of the session; the browser never sees the key. */
export const proxyToGateway: RouteGroup =
  ({ gateway }) =>
  async (server) => {
    server.removeContentTypeParser('application/json');
    server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );

    async function pass(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const body = typeof request.body === 'string' && request.body !== '' ? request.body : undefined;
      const { key } = callerOf(request);
      const answer = await gateway
        .send({ method: request.method, path: request.url, body, key })
        .catch((cause: unknown) => {
          throw new HttpError(
            503,
            'gateway_away',
            'The gateway does not answer; start it, or check GATEWAY_URL.',
            { cause },
          );
        });
      const type = answer.headers.get('content-type') ?? 'application/json';
      return reply
        .status(answer.status)
        .type(type)
        .send(await answer.text());
    }
    server.route({ method: ['GET', 'POST', 'PATCH', 'DELETE'], url: '/v1/*', handler: pass });
  };
