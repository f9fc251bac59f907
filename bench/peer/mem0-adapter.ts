import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { run, waitUntilAnswering } from '../environment/processes.ts';
import { runScript } from '../load/run-script.ts';
import type { Exchange } from './exchange.ts';
import type { Shape } from './loop-adapter.ts';
import type { Mem0Job, Mem0Result } from './mem0-job.ts';

export interface Peer extends AsyncDisposable {
  /** Lets a new mem0 with an empty memory learn the exchanges and look for them. */
  measure(exchanges: Exchange[], shape: Shape): Promise<Mem0Result>;
}

/** mem0 in a process of its own, beside a model that answers at once in another. */
export async function openPeer(): Promise<Peer> {
  const resources = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), 'peer-'));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  resources.use(run('bench/peer/model-server.ts', [], { PORT: String(port) }));
  await waitUntilAnswering(`${url}/v1/calls`);
  const env = { MEM0_TELEMETRY: 'false', MEM0_DIR: directory };
  return {
    measure(exchanges, shape) {
      const job: Mem0Job = { exchanges, modelUrl: `${url}/v1`, ...shape };
      return runScript<Mem0Result>('peer/mem0.ts', job, env);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
