import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** The code of a failed system call, such as ENOSPC. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What a file operation gives, or undefined when the file is not there. */
export async function ignoreMissing<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes the names in a directory durable: a file's own fsync does not cover its name. */
export async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(dir, 'r');
  await handle.sync();
}

/** Makes a directory and all above it that are missing, durably. */
export async function makeDirectory(dir: string): Promise<void> {
  const first = await mkdir(dir, { recursive: true });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let above = dirname(resolve(dir)); above.length >= top.length; above = dirname(above)) {
    await syncDirectory(above);
    if (above === top) return;
  }
}

/** Moves a file into another directory, durably. Nothing happens when somebody has moved it already. */
export async function moveFile(from: string, to: string): Promise<void> {
  await makeDirectory(dirname(to));
  await ignoreMissing(rename(from, to));
  await syncDirectory(dirname(to));
  await syncDirectory(dirname(from));
}

/** One write may take only a part of the bytes: goes on until all are taken. */
export async function writeFully(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done);
    done += bytesWritten;
  }
}
