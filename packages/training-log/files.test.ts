import { type FileHandle, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ignoreMissing, moveFile, writeFully } from './files.ts';
import { temporaryDirectory } from './testing/locations.ts';

test('only what is missing is nothing; other faults stay faults', async () => {
  const dir = await temporaryDirectory();
  expect(await ignoreMissing(readFile(join(dir, 'nowhere')))).toBeUndefined();
  await expect(ignoreMissing(readFile(dir))).rejects.toThrow('EISDIR');
  expect(await ignoreMissing(Promise.resolve(1))).toBe(1);
});

test('a write that is done in parts is done in full', async () => {
  const path = join(await temporaryDirectory(), 'file');
  await using handle = await open(path, 'a');
  const prototype: Pick<FileHandle, 'write'> = Object.getPrototypeOf(handle);
  const { write } = prototype;
  const inParts = async function (this: FileHandle, bytes: Buffer, from: number) {
    return await Reflect.apply(write, this, [bytes.subarray(from, from + 2)]);
  };
  const spy = vi.spyOn(prototype, 'write').mockImplementation(inParts as never);
  onTestFinished(() => spy.mockRestore());
  await writeFully(handle, Buffer.from('hello'));
  await writeFully(handle, Buffer.alloc(0));
  expect([await readFile(path, 'utf8'), spy.mock.calls.length]).toEqual(['hello', 3]);
});

test('a file is moved to a directory that is made for it, and one that is gone is no fault', async () => {
  const dir = await temporaryDirectory();
  await writeFile(join(dir, 'from'), 'text');
  await moveFile(join(dir, 'from'), join(dir, 'new', 'deep', 'to'));
  expect(await readFile(join(dir, 'new', 'deep', 'to'), 'utf8')).toBe('text');
  await moveFile(join(dir, 'from'), join(dir, 'new', 'deep', 'other'));
  await mkdir(join(dir, 'directory'));
  await expect(moveFile(join(dir, 'new', 'deep', 'to'), join(dir, 'directory'))).rejects.toThrow('EISDIR');
});
