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
