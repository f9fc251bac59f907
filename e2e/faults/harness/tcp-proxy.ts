import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@learning-loop/embedded-postgres/free-port';

/** Simulates network faults between a client and a server. */
export interface TcpProxy extends AsyncDisposable {
  port: number;
  /** In each direction. */
  delay(ms: number): void;
  /** Blocks all traffic; held data is lost when its connection closes. */
  hold(): void;
  /** Closes all connections and lets new ones through. */
  release(): void;
  /** Resets this share of the open connections, in [0, 1], rounded up. */
  reset(share: number): void;
}

export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<[Socket, Socket]>();
  const path = { delayMs: 0, held: false };
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    forward(client, upstream);
    forward(upstream, client);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => breakPair(pair));
      socket.on('close', () => breakPair(pair));
    }
  });

  function forward(from: Socket, to: Socket): void {
    // Keeps the order when the delay changes.
    let order = Promise.resolve();
    from.on('data', (bytes) => {
      const due = performance.now() + path.delayMs;
      order = order.then(async () => {
        if (performance.now() < due) await sleep(due - performance.now());
        if (to.writable && !path.held) to.write(bytes);
      });
    });
  }

  function breakPair(pair: [Socket, Socket]): void {
    if (!pairs.delete(pair)) return;
    for (const socket of pair) socket.destroyed || socket.resetAndDestroy();
  }

  server.listen(await freePort(), '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    delay(ms) {
      path.delayMs = ms;
    },
    hold() {
      path.held = true;
    },
    release() {
      for (const pair of pairs) breakPair(pair);
      path.held = false;
    },
    reset(share) {
      const open = [...pairs];
      const count = Math.ceil(open.length * share);
      for (let i = 0; i < count; i++) {
        const [pair] = open.splice(Math.floor(Math.random() * open.length), 1);
        if (pair) breakPair(pair);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const pair of pairs) breakPair(pair);
      server.close();
      await once(server, 'close');
    },
  };
}
