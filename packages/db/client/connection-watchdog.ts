import { Socket } from 'node:net';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';

const tickMs = 100;

/**
 * Gives the connections of a pool (pg's `stream` option), and ends them all when the server has given no sign of life
 * for `serverTimeoutMs`, as behind a broken network: who waits for an answer is told so, instead of waiting for ever.
 * The sign is asked for over a connection of its own, so that a long query is not mistaken for silence.
 */
export function destroyDeadConnections(
  connectionString: string,
  { serverTimeoutMs, ended }: { serverTimeoutMs: number; ended: () => boolean },
): () => Socket {
  /** With the time at which each was opened. */
  const sockets = new Map<Socket, number>();
  const probe = createProbe(connectionString);
  let silentMs = 0;
  let last = performance.now();

  const timer = setInterval(() => {
    const now = performance.now();
    // A process that was busy itself has not heard what was said to it: its own pauses count little.
    silentMs = probe.isUnheard() ? silentMs + Math.min(now - last, 2 * tickMs) : 0;
    last = now;
    if (silentMs >= serverTimeoutMs) {
      // What was opened during the silence may be the first that is heard again.
      for (const [socket, openedAt] of sockets) if (openedAt < probe.askedAt()) socket.destroy();
      probe.end();
    }
    if (ended()) clearInterval(timer);
    if (sockets.size > 0) probe.ask();
    else probe.end();
  }, tickMs);
  timer.unref();

  return () => {
    const socket = new Socket();
    sockets.set(socket, performance.now());
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
}

/** Asks one question at a time, and begins anew after an error. */
function createProbe(connectionString: string) {
  let client: pg.Client | undefined;
  let socket: Socket | undefined;
  let waiting = false;
  let askedAt = 0;
  let heardBytes = 0;

  function begin(): pg.Client {
    const begun = new pg.Client({
      connectionString,
      application_name: 'sign of life',
      stream: () => {
        socket = new Socket();
        heardBytes = 0;
        return socket.unref();
      },
    });
    begun.on('error', () => end(begun));
    begun.connect().catch(() => end(begun));
    return begun;
  }

  function end(which = client): void {
    if (which !== client) return;
    client = undefined;
    waiting = false;
    socket?.destroy();
  }

  return {
    /** Whether it waits and has heard nothing since the last call: to connect takes several answers. */
    isUnheard(): boolean {
      const before = heardBytes;
      heardBytes = socket?.bytesRead ?? 0;
      return waiting && heardBytes === before;
    },
    askedAt: () => askedAt,
    ask(): void {
      if (waiting) return;
      waiting = true;
      askedAt = performance.now();
      client ??= begin();
      const asked = client;
      asked.query('select 1').then(
        () => {
          if (asked === client) waiting = false;
        },
        () => end(asked),
      );
    },
    end: () => end(),
  };
}

/**
 * The pool for callers who wait at most `ms` for a connection. One that takes longer to make is not given up with its
 * caller: it is there for the next, or else a distant or busy server would never be connected to.
 */
export function withAcquireTimeout(pool: pg.Pool, ms: number): PostgresPool {
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
