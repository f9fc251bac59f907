import { spawn } from 'node:child_process';
import { on } from 'node:events';
import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openTrainingLog } from './open.ts';
import { rewriteSegments } from './rewrite.ts';
import { readIds } from './testing/collect.ts';
import { rememberingLog, temporaryDirectory } from './testing/locations.ts';
import { numbered } from './testing/records.ts';
import { OutdatedRecords, type TrainingLog } from './training-log.ts';

const isNotErased = ({ event_id }: { event_id: string }) => !event_id.startsWith('erased');

/** The names of all files that hold the text. */
async function filesWith(dir: string, text: string): Promise<string[]> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const contents = await Promise.all(
    paths.map(async (path) => [path, await readFile(path, 'utf8')] as const),
  );
  return contents.flatMap(([path, content]) => (content.includes(text) ? [path] : []));
}

it.each([
  ['before it has begun a file', async () => {}],
  ['between two writes to a file', (log: TrainingLog) => log.append('hypotheses_data', numbered('other', 2))],
  [
    'when its file is still empty',
    // Refused, as read long before; then the file has begun.
    (log: TrainingLog) =>
      expect(log.append('hypotheses_data', numbered('other', 1), 0)).rejects.toThrow(OutdatedRecords),
  ],
  [
    'after everything in its file was erased',
    (log: TrainingLog) => log.append('hypotheses_data', numbered('erased-before', 2)),
  ],
])('a writer that freezes %s writes nothing that was erased meanwhile', async (_when, prepare) => {
  const dir = await temporaryDirectory();
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await prepare(log);
  const readAt = performance.now();
  await rewriteSegments(dir, isNotErased);
  const late = log.append('hypotheses_data', numbered('erased', 1), readAt);
  await expect(late).rejects.toThrow(OutdatedRecords);
  expect(await filesWith(dir, 'erased-0')).toEqual([]);
  await log.append('hypotheses_data', numbered('new', 1), performance.now());
  expect((await readIds(dir)).at(-1)).toBe('new-0');
});

it('a writer that freezes while it writes leaves nothing in a file that stays', async () => {
  const dir = await temporaryDirectory();
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await log.append('hypotheses_data', numbered('other', 2));
  await using handle = await open(join(dir, 'hypotheses_data.jsonl'), 'a');
  const prototype: { write(...args: unknown[]): unknown } = Object.getPrototypeOf(handle);
  const { write } = prototype;
  const spy = vi.spyOn(prototype, 'write').mockImplementationOnce(async function (
    this: FileHandle,
    ...args: unknown[]
  ) {
    await rewriteSegments(dir, isNotErased);
    return Reflect.apply(write, this, args);
  });
  onTestFinished(() => spy.mockRestore());
  const late = log.append('hypotheses_data', numbered('erased', 1), performance.now());
  await expect(late).rejects.toThrow(OutdatedRecords);
  expect(await filesWith(dir, 'erased-0')).toEqual([]);
  expect(await readIds(dir)).toEqual(['other-0', 'other-1']);
});

const script = fileURLToPath(new URL('./testing/rewrite-log.ts', import.meta.url));
const leaseMs = 1_000;

it('a rewrite that freezes is taken over, and brings nothing back when it goes on', {
  timeout: 30_000,
}, async () => {
  const dir = await temporaryDirectory();
  {
    await using log = await openTrainingLog(dir, { log: rememberingLog() });
    await log.append('hypotheses_data', numbered('a', 3));
  }
  const child = spawn(process.execPath, [script, dir, 'a-0', String(leaseMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = on(createInterface({ input: child.stdout }), 'line');
  const says = async (): Promise<string> => (await lines.next()).value?.[0];
  expect(await says()).toBe('frozen');
  const started = performance.now();
  expect(await rewriteSegments(dir, ({ event_id }) => event_id !== 'a-1', { leaseMs })).toBe(1);
  expect(performance.now() - started).toBeLessThan(leaseMs + 3_000);
  expect(await readIds(dir)).toEqual(['a-0', 'a-2']);
  child.kill('SIGCONT');
  expect(await says()).toMatch(/^failed: .*ENOENT/u);
  expect(await readIds(dir)).toEqual(['a-0', 'a-2']);
  expect(await rewriteSegments(dir, ({ event_id }) => event_id !== 'a-0')).toBe(1);
  expect((await readdir(join(dir, '.claims'))).filter((name) => name.startsWith('rewrite-'))).toEqual([]);
});

it('a rewrite that lives is not taken over, however long it takes', async () => {
  const dir = await temporaryDirectory();
  const [begun, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const before = async () => {
    begun.resolve();
    await finish.promise;
  };
  const first = rewriteSegments(dir, () => true, { before, leaseMs });
  await begun.promise;
  await expect(rewriteSegments(dir, () => true, { leaseMs })).rejects.toThrow('being rewritten already');
  finish.resolve();
  await first;
});

it('what no longer holds when nobody else rewrites changes nothing', async () => {
  const dir = await temporaryDirectory();
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await log.append('hypotheses_data', numbered('erased', 2));
  const before = () => Promise.reject(new Error('done already'));
  await expect(rewriteSegments(dir, isNotErased, { before })).rejects.toThrow('done already');
  expect(await readIds(dir)).toEqual(['erased-0', 'erased-1']);
});
