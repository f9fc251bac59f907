import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const source = join(import.meta.dirname, 'page');
const dist = join(import.meta.dirname, 'dist');

/**
 * Returns the directory of the built page. It is named by a hash of the source, so it is never stale or half-built. A
 * build takes about 2 s in a child process; a failure rejects with its output.
 */
export async function ensurePageBuilt(): Promise<string> {
  const directory = join(dist, await hashSource());
  if (!existsSync(directory)) await promisify(execFile)(process.execPath, [import.meta.filename]);
  return directory;
}

async function hashSource(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(import.meta.dirname, 'package.json')));
  hash.update(await readFile(import.meta.filename));
  for (const file of (await listFiles(source)).sort())
    hash.update(file).update(await readFile(join(source, file)));
  return hash.digest('hex').slice(0, 16);
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

/** Builds in a temporary directory and renames it, since two processes may build at once and a page may be in use. */
async function build(): Promise<void> {
  const hash = await hashSource();
  const temporary = join(dist, `.building-${process.pid}`);
  // With NODE_ENV=test, as under vitest, React includes its checks and is half as large again.
  process.env['NODE_ENV'] = 'production';
  const { build: buildWithVite } = await import('vite');
  await mkdir(dist, { recursive: true });
  await buildWithVite({
    root: source,
    logLevel: 'error',
    configFile: false,
    build: { outDir: temporary, emptyOutDir: true },
  });
  await compress(temporary);
  await rename(temporary, join(dist, hash)).catch(() => rm(temporary, { recursive: true }));
  const others = (await readdir(dist)).filter((name) => name !== hash && !name.startsWith('.'));
  // A running process may still serve the previous build.
  for (const name of others.slice(0, -1)) await rm(join(dist, name), { recursive: true, force: true });
}

async function compress(directory: string): Promise<void> {
  for (const file of await listFiles(directory)) {
    const path = join(directory, file);
    const content = await readFile(path);
    await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
    await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
  }
}

if (import.meta.main) await build();
