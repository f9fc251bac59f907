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
  /** Which code built it: the package's version and a hash of the trainer's sources. */
  code_version: string;
  config: Record<string, string | number | null>;
  segments: SegmentRead[];
  /** Lines by log and step, in the order of the steps. */
  filters: Record<string, Counts>;
  /** Lines set aside as broken, by segment. */
  broken: Record<string, number>;
  /** Samples in which personal data was replaced. */
  scrubbed_samples: number;
  files: Record<string, { samples: number | null; bytes: number; sha256: string }>;
  /** What a reader should know, in sentences. */
  notes: string[];
}

/** Size and SHA-256 of every file in the directory. */
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

/** Through one buffer: a stream takes a new one for every piece, which cost more than the hash. */
async function sha256(path: string): Promise<string> {
  await using handle = await open(path);
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(1_048_576);
  const read = async () => (await handle.read(buffer)).bytesRead;
  for (let bytes = await read(); bytes > 0; bytes = await read()) hash.update(buffer.subarray(0, bytes));
  return hash.digest('hex');
}

/** The version of the package and the first digits of a hash over its sources, so that no two codes share a version. */
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
