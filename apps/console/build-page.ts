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
 * The directory of the built page. It is named after a hash of its source, so it can be neither stale nor half-built;
 * building takes about 2 s, in a process of its own. Rejects with what the build said.
 */
export async function builtPage(): Promise<string> {
  const directory = join(dist, await hashOfSource());
  if (!existsSync(directory)) await promisify(execFile)(process.execPath, [import.meta.filename]);
  return directory;
}

async function hashOfSource(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(import.meta.dirname, 'package.json')));
  hash.update(await readFile(import.meta.filename));
  for (const file of (await filesIn(source)).sort())
    hash.update(file).update(await readFile(join(source, file)));
  return hash.digest('hex').slice(0, 16);
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

/** Builds aside and renames: two processes may build at once, and a page that is being served stays whole. */
async function build(): Promise<void> {
  const hash = await hashOfSource();
  const aside = join(dist, `.building-${process.pid}`);
  // Whoever starts this may be a test, for which React would be built with its checks, and half as large again.
  process.env['NODE_ENV'] = 'production';
  const { build: bundle } = await import('vite');
  await mkdir(dist, { recursive: true });
  await bundle({
    root: source,
    logLevel: 'error',
    configFile: false,
    build: { outDir: aside, emptyOutDir: true },
  });
  await compress(aside);
  await rename(aside, join(dist, hash)).catch(() => rm(aside, { recursive: true }));
  const others = (await readdir(dist)).filter((name) => name !== hash && !name.startsWith('.'));
  // The one before may still be served by a process that runs.
  for (const name of others.slice(0, -1)) await rm(join(dist, name), { recursive: true, force: true });
}

async function compress(directory: string): Promise<void> {
  for (const file of await filesIn(directory)) {
    const path = join(directory, file);
    const content = await readFile(path);
    await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
    await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
  }
}

if (import.meta.main) await build();
