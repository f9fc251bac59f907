import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Like mkdir with `recursive`, which never returns below /proc, where creating a directory fails with ENOENT. */
export function makeDirectory(path: string): void {
  const absolute = resolve(path);
  if (existsSync(absolute)) return;
  makeDirectory(dirname(absolute));
  try {
    mkdirSync(absolute);
  } catch (error) {
    // Another process may have created it.
    if (!existsSync(absolute)) throw error;
  }
}
