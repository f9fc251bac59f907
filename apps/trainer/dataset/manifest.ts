import { createHash } from 'node:crypto';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Counts } from './filter.ts';
import type { SegmentRead } from './read-log.ts';

export interface Manifest {
  schema_version: 1;
  version: string;
  tenant_id: string;
  created_at: string;
  code_version: string;
  config: Record<string, string | number | null>;
  segments: SegmentRead[];
  /** By log and step, in order. */
  filters: Record<string, Counts>;
  broken: Record<string, number>;
  scrubbed_samples: number;
  files: Record<string, { samples: number | null; bytes: number; sha256: string }>;
  notes: string[];
}

export async function describeFiles(
  directory: string,
  samples: Record<string, number>,
): Promise<Manifest['files']> {
  const files: Manifest['files'] = {};
  for (const file of (await readdir(directory)).sort()) {
    const path = join(directory, file);
    const { size } = await stat(path);
    files[file] = { samples: samples[file] ?? null, bytes: size, sha256: await sha256(path) };
  }
  return files;
}

/** Reads through one buffer: a stream's allocation for each chunk cost more than the hash. */
async function sha256(path: string): Promise<string> {
  await using handle = await open(path);
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(1_048_576);
  const read = async () => (await handle.read(buffer)).bytesRead;
  for (let bytes = await read(); bytes > 0; bytes = await read()) hash.update(buffer.subarray(0, bytes));
  return hash.digest('hex');
}

/** Hashes the sources, so different code never shares a version. */
export async function codeVersion(): Promise<string> {
  const home = join(import.meta.dirname, '..');
  const folders = (await readdir(home, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => name);
  const files = await Promise.all(
    ['.', ...folders].map(async (folder) =>
      (await readdir(join(home, folder))).map((file) => join(folder, file)),
    ),
  );
  const hash = createHash('sha256');
  const sources = files
    .flat()
    .filter((file) => /(?<!\.test)\.ts$/.test(file))
    .sort();
  for (const file of sources) hash.update(await readFile(join(home, file)));
  const { version }: { version: string } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  return `${version}+${hash.digest('hex').slice(0, 12)}`;
}
