import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Sees to it that the queue tests have a redis-server: the one on PATH, or one that apt-get installs for root.
 * Without any, and without REDIS_URL, the run ends here with one sentence.
 */
export async function ensureRedis(): Promise<void> {
  if (await succeeds('redis-server', '--version')) return;
  if (process.env['REDIS_URL']) return;
  if (userInfo().uid === 0 && (await succeeds('apt-get', '--version'))) {
    say('No redis-server found: installing it with apt-get.');
    await install();
    if (await succeeds('redis-server', '--version')) return;
  }
  say(
    'The queue tests need a redis-server: install it (apt-get install redis-server, brew install redis) or set REDIS_URL.',
  );
  process.exit(1);
}

async function install(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    run('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120', ...args], { env });
  try {
    // What is installed may be older than the lists: an update that fails, as behind a mirror, is not the end.
    await apt('update').catch((error: Error) => say(error.message));
    await withoutServices(() => apt('install', '--no-install-recommends', 'redis-server'));
  } catch (error) {
    say(String(error));
  }
}

/** Debian starts a server on port 6379 as soon as it is installed, unless this policy says no. */
async function withoutServices(task: () => Promise<unknown>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return void (await task());
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await task();
  } finally {
    await rm(policy);
  }
}

async function succeeds(program: string, argument: string): Promise<boolean> {
  return run(program, [argument]).then(
    () => true,
    () => false,
  );
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
