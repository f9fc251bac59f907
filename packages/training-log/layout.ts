import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '@learning-loop/events/ids';
import type { LogName } from '@learning-loop/events/training-records';
import { ignoreMissing } from './files.ts';

export interface Segment {
  path: string;
  bytes: number;
  /** A writer may still append to it: the last line may be incomplete. */
  active: boolean;
  /** Stays when the file is moved, and changes when it is replaced. */
  id: string;
}

export function utcDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The first slot has the plain name, where people look. */
export function activePath(dir: string, name: LogName, slot: number): string {
  return join(dir, slot === 1 ? `${name}.jsonl` : `${name}.${slot}.jsonl`);
}

/** `at` is the time of the last line. Paths sort by time, those of one writer also within a millisecond, and are unique. */
export function finishedPath(dir: string, name: LogName, at: Date): string {
  const stamp = at.toISOString().replaceAll(/[-:.]/g, '');
  return join(dir, name, `dt=${utcDay(at)}`, `${stamp}-${newId()}.jsonl`);
}

export async function listUsedSlots(dir: string): Promise<number[]> {
  const slots = (await listDirectory(dir)).map((file) => /^[a-z_]+(?:\.(\d+))?\.jsonl$/.exec(file));
  return [...new Set(slots.flatMap((match) => (match ? [Number(match[1] ?? 1)] : [])))].sort((a, b) => a - b);
}

/** By time, active ones last. One that is rotated during the call may be listed twice, with the same id. */
export async function listSegments(dir: string, name: LogName): Promise<Segment[]> {
  const slots = await listUsedSlots(dir);
  const active = await statAll(
    slots.map((slot) => activePath(dir, name, slot)),
    true,
  );
  const days = (await listDirectory(join(dir, name))).filter((day) => day.startsWith('dt=')).sort();
  const finished = await Promise.all(days.map((day) => listFinished(join(dir, name, day))));
  return [...finished.flat(), ...active];
}

async function listFinished(folder: string): Promise<Segment[]> {
  const files = (await listDirectory(folder)).filter((file) => file.endsWith('.jsonl')).sort();
  return await statAll(
    files.map((file) => join(folder, file)),
    false,
  );
}

async function statAll(paths: string[], active: boolean): Promise<Segment[]> {
  const found = await Promise.all(
    paths.map(async (path) => ({ path, at: await ignoreMissing(stat(path, { bigint: true })) })),
  );
  return found.flatMap(({ path, at }) =>
    at ? [{ path, bytes: Number(at.size), active, id: fileId(at) }] : [],
  );
}

/** Inode numbers are reused; the birth time distinguishes files. */
export function fileId(at: { dev: bigint; ino: bigint; birthtimeNs: bigint }): string {
  return `${at.dev}:${at.ino}:${at.birthtimeNs}`;
}

async function listDirectory(dir: string): Promise<string[]> {
  return (await ignoreMissing(readdir(dir))) ?? [];
}
