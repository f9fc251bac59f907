import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeDirectory } from './make-directory.ts';

test('makes what is missing, and says where that begins', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'make-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  expect(makeDirectory(join(directory, 'a/b/c'))).toBe(join(directory, 'a'));
  expect(existsSync(join(directory, 'a/b/c'))).toBe(true);
  expect(makeDirectory(join(directory, 'a/b'))).toBeUndefined();
});

test('throws a code for what can be no directory', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'make-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, 'file'), '');
  for (const path of ['file', 'file/below'])
    expect(() => makeDirectory(join(directory, path))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  if (process.platform === 'linux')
    expect(() => makeDirectory('/proc/none/below')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});
