import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServer } from '../launch.ts';
import { type Client, connectClient } from './client.ts';
import { InputError } from './selections-file.ts';
import { untilReady } from './wait.ts';

interface Options {
  env?: NodeJS.ProcessEnv;
  /** What to delete afterwards, below the temporary directory; `.` is all of it. */
  discard: string[];
}

/** Plays against a standalone of its own on a temporary directory; stops it and tidies up, also on Ctrl-C. */
export async function inTemporaryServer<T>(
  { env = {}, discard }: Options,
  play: (client: Client, directory: string) => Promise<T>,
): Promise<T> {
  const directory = await makeDirectory();
  const interrupted = interruption();
  try {
    // What is shown must not depend on the luck of the display's exploration.
    const server = await startServer(directory, { EXPLORATION_RATE: '0', ...env });
    try {
      const client = connectClient(server.url);
      return await Promise.race([untilReady(client).then(() => play(client, directory)), interrupted]);
    } finally {
      await server.stop();
    }
  } finally {
    for (const name of discard) await rm(path.join(directory, name), { recursive: true, force: true });
  }
}

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'learning-loop-'));
  // The embedded database may run as a user of its own, which has to pass through here.
  await chmod(directory, 0o755);
  return directory;
}

/** Rejects at Ctrl-C or SIGTERM. */
function interruption(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => reject(new InputError(`Stopped by ${signal}.`)));
  }
  return promise;
}
