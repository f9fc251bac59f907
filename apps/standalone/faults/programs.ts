import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The Debian package of a program, where its name is another. */
const packages: Record<string, string> = { unshare: 'util-linux', 'redis-sentinel': 'redis-sentinel' };

/** Installs what the machine lacks, where this user may. Throws with the names of what cannot be had. */
export async function requirePrograms(names: string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if (!(await isThere(name)) && !(await install(name))) missing.push(name);
  if (missing.length === 0) return;
  throw new Error(`This machine lacks ${missing.join(', ')}: install it, then this fault can be made.`);
}

function isThere(name: string): Promise<boolean> {
  return run('sh', ['-c', `command -v ${name}`]).then(
    () => true,
    () => false,
  );
}

async function install(name: string): Promise<boolean> {
  const get = (...words: string[]) => run('apt-get', ['-q', ...words]).catch(() => undefined);
  const asked = packages[name] ?? name;
  await get('install', '-y', asked);
  if (await isThere(name)) return true;
  await get('update');
  await get('install', '-y', asked);
  return isThere(name);
}
