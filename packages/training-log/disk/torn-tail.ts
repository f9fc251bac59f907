import type { FileHandle } from 'node:fs/promises';

const newline = 0x0a;

/**
 * Cuts off what a crash left behind the last good line: a line without its end, or lines that are no JSON.
 * None of it was acknowledged, and it holds what users wrote: it is not kept anywhere. Returns the bytes cut.
 */
export async function cutTornTail(handle: FileHandle): Promise<number> {
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
