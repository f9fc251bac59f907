import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startServer } from 'standalone/launch';

const keysCommand = path.join(import.meta.dirname, '../../apps/standalone/keys.ts');

export interface ServiceForPython extends AsyncDisposable {
  url: string;
  appKey: string;
  adminKey: string;
}

/** A whole system on free ports and in a directory of its own, with a key of each of two roles. */
export async function startService(): Promise<ServiceForPython> {
  const directory = await mkdtemp(path.join(tmpdir(), 'python-'));
  await chmod(directory, 0o755);
  // A test uses up the requests of one user.
  const server = await startServer(directory, { RATE_LIMIT_PER_USER: '100' });
  return {
    url: server.url,
    appKey: await createKey(directory, 'app'),
    adminKey: await createKey(directory, 'admin'),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function createKey(directory: string, role: string): Promise<string> {
  const env = { ...process.env, DATA_DIR: path.join(directory, 'data'), DATABASE_URL: '', LOG_LEVEL: '' };
  const args = [keysCommand, 'create', '--role', role];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory, env });
  return stdout.trim();
}

/** Waits until everything is learned from the interaction. Throws when that takes more than 30 s. */
export async function untilLearned(
  { url, adminKey }: ServiceForPython,
  interactionId: string,
): Promise<void> {
  const headers = { authorization: `Bearer ${adminKey}` };
  const deadline = Date.now() + 30_000;
  for (;;) {
    const response = await fetch(`${url}/v1/interactions/${interactionId}`, { headers });
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null && 'learned' in body && body.learned === true) return;
    if (Date.now() > deadline) throw new Error(`Not learned within 30 s: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
