import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../http-error.ts';
import { structureFault } from '../json-structure.ts';

const deepest = 20;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads JSON bodies strictly: Fastify's own parser takes broken UTF-8 for U+FFFD and stores the damage. */
export function parseJsonStrictly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    // A route that wants a body says so itself, with the fields that it wants.
    if (body.length === 0) return done(null, undefined);
    const text = decode(body as Buffer);
    if (text instanceof HttpError) return done(text);
    void parse(request as FastifyRequest, text, (error, value) => {
      const fault = error ? undefined : structureFault(text, deepest);
      done(fault ? new HttpError(400, 'invalid_json', `The body ${fault}.`) : error, value);
    });
  });
}

function decode(body: Buffer): string | HttpError {
  try {
    return utf8.decode(body);
  } catch {
    return new HttpError(400, 'invalid_utf8', 'The body is not valid UTF-8; send JSON encoded as UTF-8.');
  }
}
