import { existsSync, mkdirSync, opendirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Like mkdir with `recursive`, which never returns below /proc, where creating a directory fails with ENOENT. Returns the
 * topmost directory that it created.
 */
export function makeDirectory(path: string): string | undefined {
  const absolute = resolve(path);
  if (existsSync(absolute)) return requireDirectory(absolute);
  const above = makeDirectory(dirname(absolute));
  try {
    mkdirSync(absolute);
  } catch (error) {
    // Another process may have created it.
    if (!existsSync(absolute)) throw error;
  }
  return above ?? absolute;
}

/** Throws ENOTDIR for a file. */
function requireDirectory(path: string): undefined {
  opendirSync(path).closeSync();
}
