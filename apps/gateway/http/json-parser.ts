import { HttpError } from '@learning-loop/service/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gu;

interface Level {
  /** The keys so far; null in an array. */
  keys: Set<string> | null;
  /** The last text, which is a key when a colon follows. */
  text: string;
}

/**
 * What is wrong with the structure of a valid JSON document, as the end of a sentence: a key that stands twice, of
 * which readers disagree which one counts, or more nesting than `deepest`. Undefined when nothing is.
 */
function structureFault(json: string, deepest: number): string | undefined {
  const levels: Level[] = [{ keys: null, text: '' }];
  for (const [part] of json.matchAll(token)) {
    const level = levels.at(-1);
    if (!level) return undefined;
    if (part === '{' || part === '[') levels.push({ keys: part === '{' ? new Set() : null, text: '' });
    else if (part === '}' || part === ']') levels.pop();
    else if (part !== ':') level.text = part;
    else if (isRepeated(level)) return `has the key ${level.text.slice(0, 100)} twice`;
    if (levels.length > deepest + 1) return `is nested more than ${deepest} levels deep`;
  }
  return undefined;
}

function isRepeated({ keys, text }: Level): boolean {
  const key: string = text.includes('\\') ? JSON.parse(text) : text.slice(1, -1);
  if (keys?.has(key)) return true;
  keys?.add(key);
  return false;
}

const deepest = 20;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads JSON bodies strictly: Fastify's own parser takes broken UTF-8 for U+FFFD and stores the damage. */
export function registerJsonParser(server: FastifyInstance): void {
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
