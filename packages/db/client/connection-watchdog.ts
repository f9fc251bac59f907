import { Socket } from 'node:net';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';

const minTickMs = 100;
/** Of the time that a server may be silent. */
const tickShare = 0.1;

/**
 * A `stream` option for pg's pool: after `serverTimeoutMs` without a response it destroys all connections, so that
 * queries fail instead of hanging. The server is probed over a separate connection: a long query is no outage.
 */
export function destroyDeadConnections(
  connection: pg.ClientConfig,
  { serverTimeoutMs, isEnded }: { serverTimeoutMs: number; isEnded: () => boolean },
): () => Socket {
  const tickMs = Math.max(minTickMs, serverTimeoutMs * tickShare);
  const openedAt = new Map<Socket, number>();
  const probe = createProbe(connection);
  let silentMs = 0;
  let lastTick = performance.now();

  const timer = setInterval(() => {
    const now = performance.now();
    // Capped: while this process was busy, it did not read responses.
    silentMs = probe.isUnanswered() ? silentMs + Math.min(now - lastTick, 2 * tickMs) : 0;
    lastTick = now;
    if (silentMs >= serverTimeoutMs) {
      // A socket opened during the outage may be the first to work again.
      for (const [socket, opened] of openedAt) if (opened < probe.sentAt()) socket.destroy();
      probe.disconnect();
    }
    if (isEnded()) clearInterval(timer);
    if (openedAt.size > 0) probe.send();
    else probe.disconnect();
  }, tickMs);
  timer.unref();

  return () => {
    const socket = new Socket();
    openedAt.set(socket, performance.now());
    socket.once('close', () => openedAt.delete(socket));
    return socket;
  };
}

function createProbe(connection: pg.ClientConfig) {
  let client: pg.Client | undefined;
  let socket: Socket | undefined;
  let waiting = false;
  let sentAt = 0;
  let receivedBytes = 0;

  function connect(): pg.Client {
    const created = new pg.Client({
      ...connection,
      application_name: 'sign of life',
      stream: () => {
        socket = new Socket();
        receivedBytes = 0;
        return socket.unref();
      },
    });
    created.on('error', () => disconnect(created));
    created.connect().catch(() => disconnect(created));
    return created;
  }

  function disconnect(which = client): void {
    if (which !== client) return;
    client = undefined;
    waiting = false;
    socket?.destroy();
  }

  return {
    /** No bytes since the last call: connecting takes several responses, and each of them counts. */
    isUnanswered(): boolean {
      const before = receivedBytes;
      receivedBytes = socket?.bytesRead ?? 0;
      return waiting && receivedBytes === before;
    },
    sentAt: () => sentAt,
    send(): void {
      if (waiting) return;
      waiting = true;
      sentAt = performance.now();
      client ??= connect();
      const current = client;
      current.query('select 1').then(
        () => {
          if (current === client) waiting = false;
        },
        () => disconnect(current),
      );
    },
    disconnect: () => disconnect(),
  };
}

/** Connecting continues after its caller timed out: else nobody would ever connect to a distant or busy server. */
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
