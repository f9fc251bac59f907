import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

/** What `pnpm test:python` prints where these programs, by name, are all that PATH has. */
async function testPython(programs: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'path-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(path.join(directory, name), `#!/bin/sh\n${script}\n`);
    await chmod(path.join(directory, name), 0o755);
  }
  const env = { ...process.env, PATH: directory, PYENV_ROOT: directory };
  const main = path.join(import.meta.dirname, 'main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [main], { env });
  return stdout;
}

test('where there is no Python, the tests of its client say so, and nothing fails', async () => {
  expect(await testPython({})).toBe('not run: no python3 (3.9 to 3.13, with venv)\n');
});

test.each([
  ['is too old', 'echo 3.8.18'],
  ['is too new', 'echo 3.14.0'],
  ['has no venv', 'echo "No module named venv" >&2; exit 1'],
  ['is a shim without a version behind it', 'exit 127'],
])('a Python that %s is none', async (_, script) => {
  const said = await testPython({ python3: script });
  expect(said).toBe('not run: no python3 (3.9 to 3.13, with venv)\n');
});

test('a Python that cannot build the package is named', async () => {
  expect(await testPython({ python3: 'echo 3.9.18' })).toBe(
    'not run: no python3 from 3.10 on, which builds the package; found 3.9.18\n',
  );
});
