import { createHash } from 'node:crypto';
import pg from 'pg';

const names = new Map<string, string>();
const mostNames = 500;

/**
 * A client that lets Postgres keep the plan of every statement with parameters: ours are few and come again and
 * again, so parsing and planning them anew would cost more than running them.
 */
export class PreparedClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg overloads query nine times; only one form is changed
  override query(...args: any[]): any {
    const [text, values, ...rest] = args;
    const name = typeof text === 'string' && Array.isArray(values) ? nameOf(text) : undefined;
    if (name === undefined) return Reflect.apply(super.query, this, args);
    return Reflect.apply(super.query, this, [{ name, text, values }, ...rest]);
  }
}

/** Undefined when there are more statements than a connection should keep. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= mostNames) return known;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 32);
  names.set(text, name);
  return name;
}
