import { createHash } from 'node:crypto';
import pg from 'pg';
import { beginWithLimits, type StatementLimits, signOfLifeMs } from './session-limits.ts';

/** Wraps pg's callback API: results of its own promises outlive the young generation, so minor GCs copy each one. */
class CallbackClient extends pg.Client {
  #signs: NodeJS.Timeout | undefined;

  // biome-ignore lint/suspicious/noExplicitAny: pg overloads query nine times; arguments are passed through
  override query(...args: any[]): any {
    const [config, values, callback] = args;
    this.#signs ??= this.#showSignsOfLife();
    if (typeof config?.submit === 'function' || typeof (callback ?? values) === 'function')
      return Reflect.apply(super.query, this, args);
    const result = new Promise((resolve, reject) => {
      super.query(config, values, (error, rows) => (error ? reject(error) : resolve(rows)));
    });
    return result.catch(rethrow);
  }

  /**
   * The server ends a transaction that has been idle for long, as that of a frozen process is. One that waits for a
   * model, a disk or a reader is idle too, but its process lives, and says so.
   */
  #showSignsOfLife(): NodeJS.Timeout {
    const timer = setInterval(() => {
      if (this.getTransactionStatus() === 'I' || Reflect.get(this, 'readyForQuery') !== true) return;
      // It fails if the transaction has, which is shown to whoever uses it next.
      void super.query('select 1', () => undefined);
    }, signOfLifeMs);
    timer.unref();
    this.once('end', () => clearInterval(timer));
    return timer;
  }
}

/** For a pooler in transaction mode: a session cannot be prepared for its statements. */
export const pooledClient = (limits: StatementLimits | undefined) =>
  class PooledClient extends CallbackClient {
    // biome-ignore lint/suspicious/noExplicitAny: pg overloads query nine times; only one form is changed
    override query(...args: any[]): any {
      const [text, ...rest] = args;
      return super.query(text === 'begin' ? beginWithLimits(limits) : text, ...rest);
    }
  };

/** With a stack that leads to the caller instead of the socket. */
function rethrow(error: Error): never {
  Error.captureStackTrace(error);
  throw error;
}

const names = new Map<string, string>();
const maxNames = 500;
/** Plans fit the table sizes at planning time, so they are discarded this often; replanning costs about 5 ms. */
export const planLifetimeMs = 5_000;

/** A plan cached while a table was small must not scan it once it has grown. JIT never pays for short statements. */
export const cachedPlanSettings = ['enable_seqscan=off', 'jit=off'];

/** Prepares statements with parameters: they are few and frequent, and planning costs more than running them. */
export class PreparedClient extends CallbackClient {
  #plannedAt = Date.now();
  /** Part of every statement name: increased after a schema change, so that statements are prepared again. */
  #epoch = 0;

  // biome-ignore lint/suspicious/noExplicitAny: pg overloads query nine times; only one form is changed
  override query(...args: any[]): any {
    const [text, values, ...rest] = args;
    const name = typeof text === 'string' && Array.isArray(values) ? toStatementName(text) : undefined;
    if (name === undefined) return Reflect.apply(super.query, this, args);
    this.#discardOldPlans();
    const run = () => Reflect.apply(super.query, this, [{ name: name + this.#epoch, text, values }, ...rest]);
    const epoch = this.#epoch;
    return run()?.catch((error: unknown) => {
      if (!isOutdatedPlan(error)) throw error;
      if (epoch === this.#epoch) this.#epoch += 1;
      // The transaction is aborted: its owner has to retry all of it.
      if (this.getTransactionStatus() !== 'I') throw error;
      return run();
    });
  }

  #discardOldPlans(): void {
    const now = Date.now();
    // A clock that was set back counts as elapsed time.
    if (Math.abs(now - this.#plannedAt) < planLifetimeMs) return;
    this.#plannedAt = now;
    // If this fails, so does the next statement, which reports it.
    super.query('discard plans').catch(() => undefined);
  }
}

/** A migration changed the columns of a table after the statement was prepared. */
export function isOutdatedPlan(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '0A000' && /cached plan/u.test(error.message);
}

function toStatementName(text: string): string | undefined {
  const existing = names.get(text);
  if (existing !== undefined || names.size >= maxNames) return existing;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 32);
  names.set(text, name);
  return name;
}
