import type { FileHandle } from 'node:fs/promises';
import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';

const newline = 0x0a;
const chunkBytes = 1_048_576;

/** No record is longer; anything longer is one broken line. */
const maxLineBytes = 16_777_216;

/** Of one chunk; valid until the next one is read. */
interface Chunk {
  lines: Buffer[];
  /** File offset after the last of them. */
  end: number;
}

/** Complete lines only, without their newlines. */
export async function* readLines(handle: FileHandle, from = 0): AsyncGenerator<Chunk> {
  let rest: Buffer = Buffer.alloc(0);
  for (let at = from; ; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    const lines = splitLines(bytes);
    rest = bytes.subarray(bytes.lastIndexOf(newline) + 1);
    if (lines.length > 0) yield { lines, end: at - rest.length };
    // A line that is too long is dropped; the NUL byte that replaces it is invalid JSON.
    if (rest.length > maxLineBytes) rest = Buffer.alloc(1);
  }
}

export function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; ; ) {
    const end = bytes.indexOf(newline, start);
    if (end < 0) return lines;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
}

/** Undefined for a broken line. Only the id is checked: the writer has checked the rest. */
export function parseRecord<N extends LogName>(line: Buffer): TrainingRecords[N] | undefined {
  try {
    const value: unknown = JSON.parse(line.toString());
    const identified = typeof value === 'object' && value !== null && 'event_id' in value;
    return identified && typeof value.event_id === 'string' ? (value as TrainingRecords[N]) : undefined;
  } catch {
    return undefined;
  }
}
