import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorCode } from '@learning-loop/service/errors';
import { makeDirectory as makeNewDirectory } from '@learning-loop/service/make-directory';

export async function ignoreMissing<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file's own fsync does not make its name durable. */
export async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(dir, 'r');
  await handle.sync();
}

/** Durably. */
export async function makeDirectory(dir: string): Promise<void> {
  const first = makeNewDirectory(dir);
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let above = dirname(resolve(dir)); above.length >= top.length; above = dirname(above)) {
    await syncDirectory(above);
    if (above === top) return;
  }
}

/** Durably, to another directory. Does nothing when the file is gone. */
export async function moveFile(from: string, to: string): Promise<void> {
  await makeDirectory(dirname(to));
  await ignoreMissing(rename(from, to));
  await syncDirectory(dirname(to));
  await syncDirectory(dirname(from));
}

/** A single write may be partial. */
export async function writeFully(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done);
    done += bytesWritten;
  }
}
