import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a program is on PATH; one that is not, apt-get installs from `debianPackage`, for root. */
export async function ensureInstalled(program: string, debianPackage: string): Promise<boolean> {
  if (await succeeds(program, '--version')) return true;
  if (userInfo().uid !== 0 || !(await succeeds('apt-get', '--version'))) return false;
  say(`No ${program} found: installing ${debianPackage} with apt-get.`);
  await install(debianPackage);
  return await succeeds(program, '--version');
}

async function install(debianPackage: string): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    run('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...args], { env });
  try {
    // What is installed may be older than the lists: an update that fails, as behind a mirror, is not the end.
    await apt('update').catch((error: Error) => say(error.message));
    await withoutServices(() => apt('install', '--no-install-recommends', debianPackage));
  } catch (error) {
    say(String(error));
  }
}

/** Debian starts a server as soon as it is installed, unless this policy says no. */
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
