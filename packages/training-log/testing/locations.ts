import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Log } from '../training-log.ts';

/** A fresh directory, removed when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'training-log-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

/** The event ids in a file, by its complete lines; throws when one of them is broken. */
export async function eventIds(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line).event_id);
}

/** A log that remembers what it was told. */
export function rememberingLog() {
  const lines: { fields: object; message: string }[] = [];
  const remember = (fields: object, message: string) => void lines.push({ fields, message });
  const log: Log = { info: remember, warn: remember, error: remember };
  return {
    ...log,
    lines,
    get messages(): string[] {
      return lines.map(({ message }) => message);
    },
  };
}
