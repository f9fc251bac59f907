import { echo, HttpError } from '@learning-loop/service/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gu;

interface Level {
  /** Keys so far; null in an array. */
  keys: Set<string> | null;
  /** The last string, which is a key if a colon follows. */
  text: string;
}

/**
 * Finds duplicate keys, which parsers resolve differently, and nesting deeper than `maxDepth`. Returns the end of a
 * sentence; undefined if the document is fine.
 */
function findFault(json: string, maxDepth: number): string | undefined {
  const levels: Level[] = [{ keys: null, text: '' }];
  for (const [part] of json.matchAll(token)) {
    const level = levels.at(-1);
    if (!level) return undefined;
    if (part === '{' || part === '[') levels.push({ keys: part === '{' ? new Set() : null, text: '' });
    else if (part === '}' || part === ']') levels.pop();
    else if (part !== ':') level.text = part;
    else if (isRepeated(level)) return `has the key ${level.text.slice(0, 100)} twice`;
    if (levels.length > maxDepth + 1) return `is nested more than ${maxDepth} levels deep`;
  }
  return undefined;
}

function isRepeated({ keys, text }: Level): boolean {
  const key: string = text.includes('\\') ? JSON.parse(text) : text.slice(1, -1);
  if (keys?.has(key)) return true;
  keys?.add(key);
  return false;
}

const maxDepth = 20;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Fastify's own parser replaces invalid UTF-8 by U+FFFD and stores the damage. */
export function registerJsonParser(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addHook('preParsing', async ({ headers }) => refuseEncodings(headers));
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    // Routes that require a body report its absence with the missing fields.
    if (body.length === 0) return done(null, undefined);
    const text = decode(body as Buffer);
    if (text instanceof HttpError) return done(text);
    void parse(request as FastifyRequest, text, (error, value) => {
      const fault = error ? undefined : findFault(text, maxDepth);
      done(fault ? new HttpError(400, 'invalid_json', `The body ${fault}.`) : error, value);
    });
  });
}

function refuseEncodings(headers: FastifyRequest['headers']): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity')
    throw new HttpError(
      415,
      'unsupported_encoding',
      `The content-encoding ${echo(encoding)} is not supported; send the body without compression.`,
    );
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset))
    throw new HttpError(
      415,
      'unsupported_charset',
      `The charset ${echo(charset)} is not supported; send JSON encoded as UTF-8.`,
    );
}

function decode(body: Buffer): string | HttpError {
  try {
    return utf8.decode(body);
  } catch {
    return new HttpError(400, 'invalid_utf8', 'The body is not valid UTF-8; send JSON encoded as UTF-8.');
  }
}
