import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and its parents. Throws the system's error; Node's own recursive mkdir never returns below
 * /proc, where making a directory fails with ENOENT.
 */
export function makeDirectory(path: string): void {
  const absolute = resolve(path);
  if (existsSync(absolute)) return;
  makeDirectory(dirname(absolute));
  try {
    mkdirSync(absolute);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(absolute)) throw error;
  }
}
