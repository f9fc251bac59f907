import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/** Protects the active files of one slot. Released by disposing or when the process dies. */
export interface WriterLock extends Disposable {
  slot: number;
}

export function locksDirectory(dir: string): string {
  return join(dir, '.claims');
}

export function lockFreeSlot(dir: string): WriterLock {
  for (let slot = 1; ; slot++) {
    const lock = lockSlot(dir, slot);
    if (lock) return lock;
  }
}

export function lockSlot(dir: string, slot: number): WriterLock | undefined {
  const lock = lockFile(join(locksDirectory(dir), `writer-${slot}.lock`));
  return lock && { slot, [Symbol.dispose]: () => lock[Symbol.dispose]() };
}

/** Undefined when it is held. Node's only file lock is SQLite's. The file is never removed: that would be a race. */
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
