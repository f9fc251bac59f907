import { Readable } from 'node:stream';
import { HttpError } from '@learning-loop/service/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { getCaller } from '../auth/sign-in.ts';
import type { RouteGroup } from '../context.ts';

/** /v1/* with the session's key, which the browser never sees. */
export const proxyToGateway: RouteGroup =
  ({ gateway }) =>
  async (server) => {
    server.removeContentTypeParser('application/json');
    server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );

    async function forward(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const body = typeof request.body === 'string' && request.body !== '' ? request.body : undefined;
      const { key } = getCaller(request);
      const response = await gateway
        .send({ method: request.method, path: toGatewayPath(request.url), body, key })
        .catch((cause: unknown) => {
          throw new HttpError(
            503,
            'gateway_away',
            'The gateway does not answer; start it, or check GATEWAY_URL.',
            { cause },
          );
        });
      const type = response.headers.get('content-type') ?? 'application/json';
      return reply
        .status(response.status)
        .type(type)
        .send(response.body && Readable.fromWeb(response.body));
    }
    server.route({ method: ['GET', 'POST', 'PATCH', 'DELETE'], url: '/v1/*', handler: forward });
  };

/** Path and query alone: a target may name a host (RFC 9112, absolute-form), and the session's key goes to the gateway only. */
function toGatewayPath(target: string): string {
  const { pathname, search } = new URL(target.replace(/^\/{2,}/u, '/'), 'http://gateway');
  return pathname + search;
}
