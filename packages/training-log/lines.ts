import type { FileHandle } from 'node:fs/promises';
import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';

const newline = 0x0a;
const chunkBytes = 1_048_576;

/** No record is longer; bytes without a newline beyond it are one broken line. */
const maxLineBytes = 16_777_216;

/** The complete lines of one chunk, without their newlines; valid until the next chunk is asked for. */
interface Lines {
  lines: Buffer[];
  /** Where in the file the last of them ends. */
  end: number;
}

/** Streams the complete lines of a file from an offset on; what follows the last newline is left out. */
export async function* readLines(handle: FileHandle, from = 0): AsyncGenerator<Lines> {
  let rest: Buffer = Buffer.alloc(0);
  for (let at = from; ; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    const lines = splitLines(bytes);
    rest = bytes.subarray(bytes.lastIndexOf(newline) + 1);
    if (lines.length > 0) yield { lines, end: at - rest.length };
    // A line without end is forgotten, and a byte that no JSON holds stands for its beginning.
    if (rest.length > maxLineBytes) rest = Buffer.alloc(1);
  }
}

/** The complete lines of these bytes, without their newlines. */
export function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; ; ) {
    const end = bytes.indexOf(newline, start);
    if (end < 0) return lines;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
}

/**
 * The record of a line, or undefined for a broken line. The writer checked what it wrote; here only what identifies a
 * record is checked.
 */
export function parseRecord<N extends LogName>(line: Buffer): TrainingRecords[N] | undefined {
  try {
    const value: unknown = JSON.parse(line.toString());
    const identified = typeof value === 'object' && value !== null && 'event_id' in value;
    return identified && typeof value.event_id === 'string' ? (value as TrainingRecords[N]) : undefined;
  } catch {
    return undefined;
  }
}
