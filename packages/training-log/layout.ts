import { randomUUID } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogName } from '@learning-loop/events/training-records';
import { ignoreMissing } from './files.ts';

/** A file of a log. `id` names the file itself: it stays when the file is moved, and is new when it is replaced. */
export interface Segment {
  path: string;
  bytes: number;
  /** A writer may still append to it, so that its last line may be incomplete. */
  active: boolean;
  id: string;
}

/** UTC date, YYYY-MM-DD. */
export function utcDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The file that the holder of a slot appends to. The first slot has the plain name, where a person looks. */
export function activePath(dir: string, name: LogName, slot: number): string {
  return join(dir, slot === 1 ? `${name}.jsonl` : `${name}.${slot}.jsonl`);
}

/** A new place for a finished segment whose last line was written at `at`; sorts by time, never taken. */
export function finishedPath(dir: string, name: LogName, at: Date): string {
  const stamp = at.toISOString().replaceAll(/[-:.]/g, '');
  return join(dir, name, `dt=${utcDay(at)}`, `${stamp}-${randomUUID().slice(0, 13)}.jsonl`);
}

/** The slots that have left an active file of any log, ascending. */
export async function usedSlots(dir: string): Promise<number[]> {
  const slots = (await entries(dir)).map((file) => /^[a-z_]+(?:\.(\d+))?\.jsonl$/.exec(file));
  return [...new Set(slots.flatMap((match) => (match ? [Number(match[1] ?? 1)] : [])))].sort((a, b) => a - b);
}

/**
 * All segments of a log: finished ones by date and time, then those that are still appended to. A segment that is
 * rotated during the call is never missed, but may be listed twice, with the same id.
 */
export async function segments(dir: string, name: LogName): Promise<Segment[]> {
  const slots = await usedSlots(dir);
  const active = await describe(
    slots.map((slot) => activePath(dir, name, slot)),
    true,
  );
  const days = (await entries(join(dir, name))).filter((day) => day.startsWith('dt=')).sort();
  const finished = await Promise.all(days.map((day) => finishedIn(join(dir, name, day))));
  return [...finished.flat(), ...active];
}

/** The finished segments in the folder of one day, in the order of time. */
async function finishedIn(folder: string): Promise<Segment[]> {
  const files = (await entries(folder)).filter((file) => file.endsWith('.jsonl')).sort();
  return await describe(
    files.map((file) => join(folder, file)),
    false,
  );
}

async function describe(paths: string[], active: boolean): Promise<Segment[]> {
  const found = await Promise.all(
    paths.map(async (path) => ({ path, at: await ignoreMissing(stat(path, { bigint: true })) })),
  );
  return found.flatMap(({ path, at }) =>
    at ? [{ path, bytes: Number(at.size), active, id: fileId(at) }] : [],
  );
}

/** Inode numbers are given to new files again; the time of birth tells them apart. */
export function fileId(at: { dev: bigint; ino: bigint; birthtimeNs: bigint }): string {
  return `${at.dev}:${at.ino}:${at.birthtimeNs}`;
}

async function entries(dir: string): Promise<string[]> {
  return (await ignoreMissing(readdir(dir))) ?? [];
}
