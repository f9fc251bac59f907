import { type FileHandle, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type LogName, logNames, type TrainingRecords } from '@learning-loop/events/training-records';
import { lockFile, locksDirectory } from './disk/writer-lock.ts';
import { ignoreMissing, makeDirectory, moveFile, syncDirectory, writeFully } from './files.ts';
import { finishedPath, listSegments } from './layout.ts';
import { parseRecord, readLines } from './lines.ts';
import { isOnS3 } from './location.ts';

type Keep = (record: TrainingRecords[LogName]) => boolean;

const unfinished = '.rewrite';

/**
 * Removes records that `keep` rejects, and broken lines, which may quote anyone. Returns the number of records removed.
 * After an error the call can be repeated. Writers keep running, and what they append meanwhile is not checked: stop an
 * erased user's events first.
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
    for (const segment of await listSegments(dir, name)) {
      if (!segment.active) removed += await rewriteSegment(segment.path, keep);
    }
  }
  return removed;
}

async function removeUnfinished(folder: string): Promise<void> {
  const files = (await ignoreMissing(readdir(folder, { recursive: true }))) ?? [];
  for (const file of files) if (file.endsWith(unfinished)) await rm(join(folder, file));
}

async function finishActive(dir: string, name: LogName): Promise<void> {
  for (const { path, active, bytes } of await listSegments(dir, name)) {
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

/** Undefined when the segment can stay as it is. */
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

/** Returns the bytes copied. */
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
