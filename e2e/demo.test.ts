import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
const demo = path.join(import.meta.dirname, '../apps/standalone/demo.ts');
const example = path.join(import.meta.dirname, '../examples/clarifying-choices.jsonl');
const SAMPLE = 40;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'demo-'));
  await chmod(directory, 0o755);
});

afterEach(() => rm(directory, { recursive: true }));

/** Rejects with stdout, stderr and code unless the demo exits with 0. */
async function runDemo(...args: string[]): Promise<string> {
  const env = { ...process.env, TMPDIR: directory, LOG_DIR: path.join(directory, 'logs') };
  const { stdout } = await run(process.execPath, [demo, ...args], { cwd: directory, env });
  return stdout;
}

async function writeChoices(name: string, lines: string[]): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, lines.join('\n'));
  return file;
}

test('tells a story in which learning is visible, and tidies up', async () => {
  const told = await runDemo();
  expect(told).toMatch(/^"auth" of the user, and of a stranger\./mu);
  expect(told).toMatch(/Is the learning visible\?\n\n( {2}yes .*\n){5}$/);
  expect(await readdir(directory)).toEqual([]);
});

test('replays choices, counts them everywhere, and leaves the training data', async () => {
  const choices = (await readFile(example, 'utf8')).split('\n').slice(0, SAMPLE);
  const told = await runDemo('--input', await writeChoices('choices.jsonl', choices));
  expect(told).toMatch(/Nothing lost, nothing twice\n\n( {2}.* ok\n){10}\n/);
  expect(told).toContain('The pick stood first in');
  const log = /head -n 1 (\S+)/.exec(told)?.[1] ?? '';
  expect((await readFile(log, 'utf8')).trim().split('\n')).toHaveLength(SAMPLE);
  expect(await readdir(path.join(path.dirname(log), '..'))).toEqual(['training']);
});

test('names the line and the field of a choice that it cannot use', async () => {
  const file = await writeChoices('bad.jsonl', [
    '{"user_id":"ada","input_text":"build api","candidates":["a","b"]}',
  ]);
  await expect(runDemo('--input', file)).rejects.toMatchObject({
    code: 1,
    stderr: `${file}, line 1: the line must have required properties selected_index.\n`,
  });
});

test('trains on nothing but the show', async () => {
  await expect(runDemo('--train', '--keep')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--train takes no other option.\nUsage: demo'),
  });
});
