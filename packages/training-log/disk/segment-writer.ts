import { type FileHandle, open, stat, truncate, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogName } from '@learning-loop/events/training-records';
import { errorCode } from '@learning-loop/service/errors';
import { ignoreMissing, moveFile, syncDirectory, writeFully } from '../files.ts';
import { activePath, finishedPath, utcDay } from '../layout.ts';
import { OutdatedRecords } from '../training-log.ts';

const newline = 0x0a;

/** The tail that a crash left was not acknowledged, and is not kept: it quotes users. Returns the bytes cut. */
async function cutTornTail(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const good = await findGoodEnd(handle, size);
  if (good === size) return 0;
  await handle.truncate(good);
  await handle.datasync();
  return size - good;
}

async function findGoodEnd(handle: FileHandle, size: number): Promise<number> {
  let end = size;
  while (end > 0) {
    const start = await findLineStart(handle, end);
    const line = await readRange(handle, start, end);
    if (line.at(-1) === newline && isRecord(line)) return end;
    end = start;
  }
  return 0;
}

async function findLineStart(handle: FileHandle, end: number): Promise<number> {
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
  /** As of performance.now(): an erasure before that is not in its way, one after that has taken the file away. */
  openedAt: number;
  ino: bigint;
  /** Known to be durable. */
  bytes: number;
  /** Its UTC date is the segment's. */
  lastWrite: Date;
}

interface SegmentOptions {
  dir: string;
  name: LogName;
  slot: number;
  rotateBytes: number;
  now: () => Date;
}

/** Space may become free again; the file itself is intact. */
const diskFull = new Set(['ENOSPC', 'EDQUOT']);

export class SegmentWriter {
  readonly path: string;
  readonly #options: SegmentOptions;
  #file: OpenFile | undefined;
  /** Stays at the path until it can be moved: its content on disk is unknown. */
  #failed: OpenFile | undefined;

  constructor(options: SegmentOptions) {
    this.#options = options;
    this.path = activePath(options.dir, options.name, options.slot);
  }

  /** Opens the file that the slot's previous holder left. Returns the bytes cut from its torn tail. */
  async recover(): Promise<number> {
    if (!(await ignoreMissing(stat(this.path)))) return 0;
    const { file, cut } = await openActive(this.path);
    this.#file = file;
    return cut;
  }

  /** Whether the open file takes what was read then: no erasure has taken it away. */
  async takes(readAt: number): Promise<boolean> {
    const file = this.#file;
    if (file === undefined || file.openedAt > readAt) return false;
    return (await ignoreMissing(stat(this.path, { bigint: true })))?.ino === file.ino;
  }

  /**
   * Resolves when the bytes are durable. A rejected write can be repeated. What was read before the file was opened may
   * be erased: an erasure takes all files away, so that a process that was frozen meanwhile writes to none that stays.
   */
  async write(bytes: Buffer, readAt = Number.POSITIVE_INFINITY): Promise<void> {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const at = this.#options.now();
      const file = await this.#fileFor(bytes.length, at);
      if (file.openedAt > readAt)
        throw new OutdatedRecords(`${this.path} was begun after these records were read; read them again`);
      await this.#append(file, bytes);
      file.lastWrite = at;
      if (await this.#isInPlace(file)) return;
      await this.#abandon(file);
    }
    throw new Error(`${this.path} is moved or written by somebody else whenever it is written here`);
  }

  async close(): Promise<void> {
    await this.#file?.handle.close();
    this.#file = undefined;
  }

  async finish(): Promise<void> {
    if (!this.#file) return;
    await this.#archive(this.#file);
    await this.close();
  }

  async #fileFor(length: number, at: Date): Promise<OpenFile> {
    if (this.#failed) await this.#clearFailed(this.#failed);
    if (this.#file && this.#isDue(this.#file, length, at)) await this.finish();
    this.#file ??= (await openActive(this.path)).file;
    return this.#file;
  }

  /** A segment holds lines of one UTC day, and exceeds rotateBytes only for a single larger write. */
  #isDue(file: OpenFile, length: number, at: Date): boolean {
    if (file.bytes === 0) return false;
    return file.bytes + length > this.#options.rotateBytes || utcDay(file.lastWrite) !== utcDay(at);
  }

  async #append(file: OpenFile, bytes: Buffer): Promise<void> {
    try {
      await writeFully(file.handle, bytes);
    } catch (error) {
      await this.#undoWrite(file, error);
      throw error;
    }
    try {
      await file.handle.datasync();
    } catch (error) {
      await this.#markFailed(file);
      throw error;
    }
    file.bytes += bytes.length;
  }

  async #undoWrite(file: OpenFile, error: unknown): Promise<void> {
    const truncated = await succeeds(file.handle.truncate(file.bytes));
    if (!truncated || !diskFull.has(errorCode(error) ?? '')) await this.#markFailed(file);
  }

  /** After a failed fsync the kernel may drop unwritten pages: never write to this descriptor again. */
  async #markFailed(file: OpenFile): Promise<void> {
    this.#file = undefined;
    this.#failed = file;
    await succeeds(file.handle.close());
  }

  async #clearFailed(file: OpenFile): Promise<void> {
    await succeeds(truncate(this.path, file.bytes));
    await this.#archive(file);
    this.#failed = undefined;
  }

  async #archive(file: OpenFile): Promise<void> {
    const { dir, name } = this.#options;
    if (file.bytes === 0) await ignoreMissing(unlink(this.path));
    else await moveFile(this.path, finishedPath(dir, name, file.lastWrite));
  }

  /** An erasure, or a person, may have moved the file during the write: the bytes may then be in no segment at all. */
  async #isInPlace(file: OpenFile): Promise<boolean> {
    const at = await ignoreMissing(stat(this.path, { bigint: true }));
    return at?.ino === file.ino && at.size === BigInt(file.bytes);
  }

  async #abandon(file: OpenFile): Promise<void> {
    const at = await ignoreMissing(stat(this.path, { bigint: true }));
    if (at?.ino === file.ino) await this.#archive(file);
    await this.close();
  }
}

async function openActive(path: string): Promise<{ file: OpenFile; cut: number }> {
  const handle = await open(path, 'a+');
  try {
    const { ino, mtime } = await handle.stat({ bigint: true });
    const cut = await cutTornTail(handle);
    await syncDirectory(dirname(path));
    const { size } = await handle.stat();
    return { file: { handle, openedAt: performance.now(), ino, bytes: size, lastWrite: mtime }, cut };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function succeeds(operation: Promise<unknown>): Promise<boolean> {
  const [result] = await Promise.allSettled([operation]);
  return result.status === 'fulfilled';
}
