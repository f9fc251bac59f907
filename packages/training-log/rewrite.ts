import { type FileHandle, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type LogName, logNames, type TrainingRecords } from '@learning-loop/events/training-records';
import { lockFile, locksDirectory } from './disk/writer-lock.ts';
import { ignoreMissing, makeDirectory, moveFile, syncDirectory, writeFully } from './files.ts';
import { finishedPath, segments } from './layout.ts';
import { parseRecord, readLines } from './lines.ts';
import { isOnS3 } from './location.ts';

type Keep = (record: TrainingRecords[LogName]) => boolean;

const unfinished = '.rewrite';

/**
 * Removes every record that `keep` refuses from all segments, with the broken lines, which might hold anybody's words.
 * Each segment is replaced whole or not at all; after an error the call can be made again. Returns the records removed.
 *
 * Writers go on meanwhile: their active files are moved to the finished segments, which they notice. What they append
 * from then on is not looked at, so an erased user's events must be stopped before. Rejects at once when another
 * rewrite is under way.
 */
export async function rewriteSegments(dir: string, keep: Keep): Promise<number> {
  if (isOnS3(dir)) return (await import('./s3/records.ts')).rewriteS3Log(dir, keep);
  await makeDirectory(locksDirectory(dir));
  using lock = lockFile(join(locksDirectory(dir), 'rewrite.lock'));
  if (!lock) throw new Error(`${dir} is being rewritten already`);
  let removed = 0;
  for (const name of logNames) {
    await removeUnfinished(join(dir, name));
    await finishActive(dir, name);
    for (const segment of await segments(dir, name)) {
      if (!segment.active) removed += await rewriteSegment(segment.path, keep);
    }
  }
  return removed;
}

/** What an earlier rewrite left when it was killed. */
async function removeUnfinished(folder: string): Promise<void> {
  const files = (await ignoreMissing(readdir(folder, { recursive: true }))) ?? [];
  for (const file of files) if (file.endsWith(unfinished)) await rm(join(folder, file));
}

async function finishActive(dir: string, name: LogName): Promise<void> {
  for (const { path, active, bytes } of await segments(dir, name)) {
    const at = active && bytes > 0 ? await ignoreMissing(stat(path)) : undefined;
    if (at) await moveFile(path, finishedPath(dir, name, at.mtime));
  }
}

async function rewriteSegment(path: string, keep: Keep): Promise<number> {
  await using source = await open(path, 'r');
  const removed = await countUnwanted(source, keep);
  if (removed === undefined) return 0;
  const temporary = `${path}${unfinished}`;
  try {
    const bytes = await copyWanted(source, temporary, keep);
    await (bytes > 0 ? rename(temporary, path) : unlink(path));
  } finally {
    await rm(temporary, { force: true });
  }
  await syncDirectory(dirname(path));
  return removed;
}

/** Records to remove, or undefined when the segment can stay as it is. */
async function countUnwanted(source: FileHandle, keep: Keep): Promise<number | undefined> {
  let [removed, broken, goodEnd] = [0, 0, 0];
  for await (const { lines, end } of readLines(source)) {
    for (const line of lines) {
      const record = parseRecord(line);
      if (!record) broken++;
      else if (!keep(record)) removed++;
    }
    goodEnd = end;
  }
  const { size } = await source.stat();
  return removed + broken === 0 && goodEnd === size ? undefined : removed;
}

/** Copies the lines to keep, durably. Returns their bytes. */
async function copyWanted(source: FileHandle, temporary: string, keep: Keep): Promise<number> {
  await using target = await open(temporary, 'w');
  let bytes = 0;
  for await (const { lines } of readLines(source)) {
    const wanted = lines.filter((line) => isWanted(line, keep));
    const text = Buffer.concat(wanted.flatMap((line) => [line, Buffer.from('\n')]));
    await writeFully(target, text);
    bytes += text.length;
  }
  await target.datasync();
  return bytes;
}

function isWanted(line: Buffer, keep: Keep): boolean {
  const record = parseRecord(line);
  return record !== undefined && keep(record);
}
