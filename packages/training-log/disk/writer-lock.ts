import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/** The right to append to the active files of one slot. Given back by disposing, or by the death of the process. */
export interface WriterLock extends Disposable {
  slot: number;
}

/** Where claims are kept, below the training directory. */
export function locksDirectory(dir: string): string {
  return join(dir, '.claims');
}

/** The lowest slot that nobody holds. Slots begin at 1. */
export function lockFreeSlot(dir: string): WriterLock {
  for (let slot = 1; ; slot++) {
    const claim = lockSlot(dir, slot);
    if (claim) return claim;
  }
}

/** The slot, unless somebody holds it. */
export function lockSlot(dir: string, slot: number): WriterLock | undefined {
  const lock = lockFile(join(locksDirectory(dir), `writer-${slot}.lock`));
  return lock && { slot, [Symbol.dispose]: () => lock[Symbol.dispose]() };
}

/**
 * An exclusive lock that the kernel drops when its holder dies; undefined when it is held. The lock is SQLite's
 * on an empty database, the only way to a file lock in Node itself. The file is never removed: that would be a race.
 */
export function lockFile(path: string): Disposable | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined;
    throw new Error(`${path} cannot be locked; the training directory must be on a file system with locks`, {
      cause: error,
    });
  }
  return { [Symbol.dispose]: () => database.close() };
}
