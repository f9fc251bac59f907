import { type FileHandle, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type LogName, logNames, type TrainingRecords } from '@learning-loop/events/training-records';
import { ignoreMissing, moveFile, syncDirectory, writeFully } from './files.ts';
import { finishedPath, listSegments } from './layout.ts';
import { parseRecord, readLines } from './lines.ts';
import { isOnS3 } from './location.ts';
import { type RewriteLease, takeRewriteLease } from './rewrite-lease.ts';

type Keep = (record: TrainingRecords[LogName]) => boolean;

/** As a version before this one left it. */
const unfinished = '.rewrite';

interface RewriteOptions {
  /** Called when nobody else rewrites the log any more; if it rejects, nothing is changed. */
  before?: () => Promise<void>;
  /** After which a rewriting process that shows no sign of life is taken for frozen. */
  leaseMs?: number;
}

/**
 * Removes records that `keep` rejects, and broken lines, which may quote anyone. Returns the number of records removed.
 * After an error the call can be repeated. Writers keep running, and what they append meanwhile is not checked: stop an
 * erased user's events first. What a frozen writer still holds goes to no file that stays.
 */
export async function rewriteSegments(
  dir: string,
  keep: Keep,
  options: RewriteOptions = {},
): Promise<number> {
  if (isOnS3(dir)) {
    await options.before?.();
    return (await import('./s3/records.ts')).rewriteS3Log(dir, keep);
  }
  await using lease = await takeRewriteLease(dir, options.leaseMs);
  await options.before?.();
  let removed = 0;
  for (const name of logNames) {
    await removeUnfinished(join(dir, name));
    const taken = await takeFromWriters(dir, name);
    for (const { path, active } of await listSegments(dir, name)) {
      if (!active) removed += await rewriteSegment(path, { keep, lease, always: taken.has(path) });
    }
  }
  return removed;
}

async function removeUnfinished(folder: string): Promise<void> {
  const files = (await ignoreMissing(readdir(folder, { recursive: true }))) ?? [];
  for (const file of files) if (file.endsWith(unfinished)) await rm(join(folder, file));
}

/** Their files, empty ones as well; returns where they are now. Each is then replaced by a copy. */
async function takeFromWriters(dir: string, name: LogName): Promise<Set<string>> {
  const taken = new Set<string>();
  for (const { path, active, bytes } of await listSegments(dir, name)) {
    const at = active ? await ignoreMissing(stat(path)) : undefined;
    if (!at) continue;
    const finished = finishedPath(dir, name, at.mtime);
    if (bytes === 0) await ignoreMissing(unlink(path));
    else await moveFile(path, finished);
    taken.add(finished);
  }
  return taken;
}

interface SegmentRewrite {
  keep: Keep;
  lease: RewriteLease;
  always: boolean;
}

async function rewriteSegment(path: string, { keep, lease, always }: SegmentRewrite): Promise<number> {
  await using source = await open(path, 'r');
  const removed = await countUnwanted(source, keep);
  if (removed === undefined && !always) return 0;
  const temporary = join(lease.directory, basename(path));
  try {
    const bytes = await copyWanted(source, temporary, keep);
    await (bytes > 0 ? rename(temporary, path) : unlink(path));
  } finally {
    await rm(temporary, { force: true });
  }
  await syncDirectory(dirname(path));
  return removed ?? 0;
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
