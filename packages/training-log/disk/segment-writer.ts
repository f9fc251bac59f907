import { type FileHandle, open, stat, truncate, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogName } from '@learning-loop/events/training-records';
import { errorCode, ignoreMissing, moveFile, syncDirectory, writeFully } from '../files.ts';
import { activePath, finishedPath, utcDay } from '../layout.ts';

const newline = 0x0a;

/**
 * Cuts off what a crash left behind the last good line: a line without its end, or lines that are no JSON.
 * None of it was acknowledged, and it holds what users wrote: it is not kept anywhere. Returns the bytes cut.
 */
async function cutTornTail(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const good = await endOfLastGoodLine(handle, size);
  if (good === size) return 0;
  await handle.truncate(good);
  await handle.datasync();
  return size - good;
}

async function endOfLastGoodLine(handle: FileHandle, size: number): Promise<number> {
  let end = size;
  while (end > 0) {
    const start = await startOfLastLine(handle, end);
    const line = await readRange(handle, start, end);
    if (line.at(-1) === newline && isRecord(line)) return end;
    end = start;
  }
  return 0;
}

/** Where the line begins that ends at `end`, its newline included. */
async function startOfLastLine(handle: FileHandle, end: number): Promise<number> {
  const step = 65_536;
  for (let to = end - 1; to > 0; to -= step) {
    const from = Math.max(0, to - step);
    const found = (await readRange(handle, from, to)).lastIndexOf(newline);
    if (found >= 0) return from + found + 1;
  }
  return 0;
}

async function readRange(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
  return buffer.subarray(0, bytesRead);
}

function isRecord(line: Buffer): boolean {
  try {
    return typeof JSON.parse(line.toString()) === 'object';
  } catch {
    return false;
  }
}

interface OpenFile {
  handle: FileHandle;
  ino: bigint;
  /** Bytes that are known to be durable. */
  bytes: number;
  /** When the last group was begun: its UTC date is the segment's. */
  lastWrite: Date;
}

interface SegmentOptions {
  dir: string;
  name: LogName;
  slot: number;
  rotateBytes: number;
  now: () => Date;
}

/** After these, space may return; the file itself is sound and goes on. */
const diskFull = new Set(['ENOSPC', 'EDQUOT']);

/** The active file of one log in one slot: appends durably, rotates, and leaves a file behind that has failed. */
export class SegmentWriter {
  readonly path: string;
  readonly #options: SegmentOptions;
  #file: OpenFile | undefined;
  /** A file whose fsync failed lies at the path until it can be moved: what the disk holds of it is unknown. */
  #failed: OpenFile | undefined;

  constructor(options: SegmentOptions) {
    this.#options = options;
    this.path = activePath(options.dir, options.name, options.slot);
  }

  /** Takes up the file that a previous holder of the slot left. Returns how many torn bytes were cut off its end. */
  async recover(): Promise<number> {
    if (!(await ignoreMissing(stat(this.path)))) return 0;
    const { file, cut } = await openActive(this.path);
    this.#file = file;
    return cut;
  }

  /** Resolves when the bytes are durable. Rejects with nothing acknowledged; the next call begins afresh. */
  async write(bytes: Buffer): Promise<void> {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const at = this.#options.now();
      const file = await this.#fileFor(bytes.length, at);
      await this.#append(file, bytes);
      file.lastWrite = at;
      if (await this.#isInPlace(file)) return;
      await this.#leave(file);
    }
    throw new Error(`${this.path} is moved or written by somebody else whenever it is written here`);
  }

  async close(): Promise<void> {
    await this.#file?.handle.close();
    this.#file = undefined;
  }

  /** Puts the file among the finished segments. */
  async finish(): Promise<void> {
    if (!this.#file) return;
    await this.#putAway(this.#file);
    await this.close();
  }

  async #fileFor(length: number, at: Date): Promise<OpenFile> {
    if (this.#failed) await this.#clearFailed(this.#failed);
    if (this.#file && this.#isDue(this.#file, length, at)) await this.finish();
    this.#file ??= (await openActive(this.path)).file;
    return this.#file;
  }

  /** A segment holds the lines of one UTC day, and at most rotateBytes unless one group alone is larger. */
  #isDue(file: OpenFile, length: number, at: Date): boolean {
    if (file.bytes === 0) return false;
    return file.bytes + length > this.#options.rotateBytes || utcDay(file.lastWrite) !== utcDay(at);
  }

  async #append(file: OpenFile, bytes: Buffer): Promise<void> {
    try {
      await writeFully(file.handle, bytes);
    } catch (error) {
      await this.#undo(file, error);
      throw error;
    }
    try {
      await file.handle.datasync();
    } catch (error) {
      await this.#giveUp(file);
      throw error;
    }
    file.bytes += bytes.length;
  }

  async #undo(file: OpenFile, error: unknown): Promise<void> {
    const truncated = await succeeds(file.handle.truncate(file.bytes));
    if (!truncated || !diskFull.has(errorCode(error) ?? '')) await this.#giveUp(file);
  }

  /** Never writes to this descriptor again: after a failed fsync the kernel may drop what it could not write. */
  async #giveUp(file: OpenFile): Promise<void> {
    this.#file = undefined;
    this.#failed = file;
    await succeeds(file.handle.close());
  }

  async #clearFailed(file: OpenFile): Promise<void> {
    await succeeds(truncate(this.path, file.bytes));
    await this.#putAway(file);
    this.#failed = undefined;
  }

  async #putAway(file: OpenFile): Promise<void> {
    const { dir, name } = this.#options;
    if (file.bytes === 0) await ignoreMissing(unlink(this.path));
    else await moveFile(this.path, finishedPath(dir, name, file.lastWrite));
  }

  /**
   * Whether the bytes are where readers look: an erasure, or a person, may have moved the file while it was written,
   * and then what was written last may be in no segment at all.
   */
  async #isInPlace(file: OpenFile): Promise<boolean> {
    const at = await ignoreMissing(stat(this.path, { bigint: true }));
    return at?.ino === file.ino && at.size === BigInt(file.bytes);
  }

  async #leave(file: OpenFile): Promise<void> {
    const at = await ignoreMissing(stat(this.path, { bigint: true }));
    if (at?.ino === file.ino) await this.#putAway(file);
    await this.close();
  }
}

/** Opens or creates an active file, its name durable and its torn tail cut off. */
async function openActive(path: string): Promise<{ file: OpenFile; cut: number }> {
  const handle = await open(path, 'a+');
  try {
    const { ino, mtime } = await handle.stat({ bigint: true });
    const cut = await cutTornTail(handle);
    await syncDirectory(dirname(path));
    const { size } = await handle.stat();
    return { file: { handle, ino, bytes: size, lastWrite: mtime }, cut };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function succeeds(operation: Promise<unknown>): Promise<boolean> {
  const [result] = await Promise.allSettled([operation]);
  return result.status === 'fulfilled';
}
