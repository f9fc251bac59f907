import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServer } from '../launch.ts';
import { type Client, connectClient } from './client.ts';
import { InputError } from './selections-file.ts';
import { untilReady } from './wait.ts';

interface Options {
  env?: NodeJS.ProcessEnv;
  /** Paths below the temporary directory; `.` is all of it. */
  discard: string[];
}

/** Starts a standalone in a temporary directory; stops it and cleans up, also on Ctrl-C. */
export async function inTemporaryServer<T>(
  { env = {}, discard }: Options,
  use: (client: Client, directory: string) => Promise<T>,
): Promise<T> {
  const directory = await makeDirectory();
  const interruption = waitForInterrupt();
  try {
    // Exploration would make the output random.
    const server = await startServer(directory, { EXPLORATION_RATE: '0', ...env });
    try {
      const client = connectClient(server.url);
      return await Promise.race([untilReady(client).then(() => use(client, directory)), interruption]);
    } finally {
      await server.stop();
    }
  } finally {
    for (const name of discard) await rm(path.join(directory, name), { recursive: true, force: true });
  }
}

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'learning-loop-'));
  // The embedded database may run as another user, which needs access to its directory.
  await chmod(directory, 0o755);
  return directory;
}

/** Rejects on SIGINT or SIGTERM. */
function waitForInterrupt(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => reject(new InputError(`Stopped by ${signal}.`)));
  }
  return promise;
}
