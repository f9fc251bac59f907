import { createHash } from 'node:crypto';
import pg from 'pg';

/**
 * A client that asks pg by callback where it is asked for a promise. Of pg's own promises every result outlives the
 * young generation: it is copied by each young collection, and stays until the next full one.
 */
export class CallbackClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg overloads query nine times; this gives on what it is given
  override query(...args: any[]): any {
    const [config, values, callback] = args;
    if (typeof config?.submit === 'function' || typeof (callback ?? values) === 'function')
      return Reflect.apply(super.query, this, args);
    const answer = new Promise((resolve, reject) => {
      super.query(config, values, (error, result) => (error ? reject(error) : resolve(result)));
    });
    return answer.catch(rethrow);
  }
}

/** With a stack that leads to who asked, rather than to the socket. */
function rethrow(error: Error): never {
  Error.captureStackTrace(error);
  throw error;
}

const names = new Map<string, string>();
const mostNames = 500;
/** A plan fits the size that the tables had when it was made. Making all anew costs a connection about 5 ms. */
export const planLivesMs = 5_000;

/**
 * What goes with plans that are kept: every query is a look-up by key, and one that was planned while a table was
 * small must not read the whole of it when it has grown. Statements are short, so compiling them never pays.
 */
export const keptPlanSettings = ['enable_seqscan=off', 'jit=off'];

/**
 * A client that lets Postgres keep the plan of every statement with parameters, for a time: ours are few and come
 * again and again, so parsing and planning them anew would cost more than running them.
 */
export class PreparedClient extends CallbackClient {
  #plansSince = Date.now();
  /** Grows with every change of the schema that a statement has met; what was prepared before is not used again. */
  #epoch = 0;

  // biome-ignore lint/suspicious/noExplicitAny: pg overloads query nine times; only one form is changed
  override query(...args: any[]): any {
    const [text, values, ...rest] = args;
    const name = typeof text === 'string' && Array.isArray(values) ? nameOf(text) : undefined;
    if (name === undefined) return Reflect.apply(super.query, this, args);
    this.#forgetOldPlans();
    const run = () => Reflect.apply(super.query, this, [{ name: name + this.#epoch, text, values }, ...rest]);
    const epoch = this.#epoch;
    return run()?.catch((error: unknown) => {
      if (!isOutdated(error)) throw error;
      if (epoch === this.#epoch) this.#epoch += 1;
      // Within a transaction nothing works any more: that is for whoever began it to do again.
      if (this.getTransactionStatus() !== 'I') throw error;
      return run();
    });
  }

  /** Statements stay parsed; each is planned again, at the present size of its tables, when it comes next. */
  #forgetOldPlans(): void {
    const now = Date.now();
    // A clock that was set back counts as time that has passed.
    if (Math.abs(now - this.#plansSince) < planLivesMs) return;
    this.#plansSince = now;
    // It fails where the statement after it fails as well, which says so.
    super.query('discard plans').catch(() => undefined);
  }
}

/** Whether a statement failed because a migration has given its table another column since it was prepared. */
export function isOutdated(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '0A000' && /cached plan/u.test(error.message);
}

/** Undefined when there are more statements than a connection should keep. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= mostNames) return known;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 32);
  names.set(text, name);
  return name;
}
