import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from './http-error.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads JSON bodies strictly: Fastify's own parser takes broken UTF-8 for U+FFFD and stores the damage. */
export function parseJsonStrictly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    // A route that wants a body says so itself, with the fields that it wants.
    if (body.length === 0) return done(null, undefined);
    const text = decode(body as Buffer);
    if (text instanceof HttpError) return done(text);
    void parse(request as FastifyRequest, text, done);
  });
}

function decode(body: Buffer): string | HttpError {
  try {
    return utf8.decode(body);
  } catch {
    return new HttpError(400, 'invalid_utf8', 'The body is not valid UTF-8; send JSON encoded as UTF-8.');
  }
}
