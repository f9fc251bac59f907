import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

/**
 * The pool for callers who wait at most `ms` for a connection. One that takes longer to make is not given up with its
 * caller: it is there for the next, or else a distant or busy server would never be connected to.
 */
export function waitAtMost(pool: pg.Pool, ms: number): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect(): Promise<PostgresPoolClient> {
      const { promise, resolve, reject } = Promise.withResolvers<PostgresPoolClient>();
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        reject(new Error('timeout exceeded when trying to connect'));
      }, ms);
      pool.connect().then((client) => (late ? client.release() : resolve(client)), reject);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
