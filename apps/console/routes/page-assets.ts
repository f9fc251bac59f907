import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { HttpError } from '@learning-loop/service/errors';
import type { FastifyReply } from 'fastify';
import { ensurePageBuilt } from '../build-page.ts';
import type { RouteGroup } from '../context.ts';

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const headers = { 'content-security-policy': policy };

/** Builds the page on the first request if necessary. */
export const pageAssets: RouteGroup =
  ({ log }) =>
  async (server) => {
    let directory: Promise<string> | undefined;
    function ensureBuilt(): Promise<string> {
      directory ??= ensurePageBuilt().catch((cause: unknown) => {
        directory = undefined;
        log.error({ err: cause }, 'page_not_built');
        throw new HttpError(500, 'page_not_built', 'The page could not be built; the log says why.', {
          cause,
        });
      });
      return directory;
    }

    // serve: false adds reply.sendFile but no routes.
    await server.register(fastifyStatic, { root: import.meta.dirname, serve: false, preCompressed: true });
    server.get<{ Params: { '*': string } }>('/assets/*', async (request, reply) => {
      const options = { immutable: true, maxAge: '1y', preCompressed: true } as const;
      return reply.headers(headers).sendFile(`assets/${request.params['*']}`, await ensureBuilt(), options);
    });

    async function sendPage(reply: FastifyReply): Promise<FastifyReply> {
      const html = await readFile(join(await ensureBuilt(), 'index.html'), 'utf8');
      return reply
        .headers({ ...headers, 'cache-control': 'no-cache' })
        .type('text/html; charset=utf-8')
        .send(html);
    }
    for (const path of ['/', '/queues', '/users', '/users/*', '/training', '/try'])
      server.get(path, (_request, reply) => sendPage(reply));
  };
