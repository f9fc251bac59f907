import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { literal, openWorkspace } from '../dataset/duckdb.ts';
import { describeFiles, type Manifest } from '../dataset/manifest.ts';
import { datasetsDirectory } from '../dataset/storage.ts';

export interface SmallSample {
  user_hash: string;
  split: 'train' | 'validation' | 'test';
  text: string;
}

/** Hashes of users, calculated by hand: the first 16 digits of the SHA-256 of tenant, unit separator and user. */
export const userHashes = {
  'acme ada': '8607a0d41f8795a2',
  'acme bob': '3e005a41b0e7a8eb',
  'acme cyd': 'a2b0d15ae41f26ec',
  'acme2 ada': '30e9fb4c53d85c19',
};

/** A version of a tenant's dataset with these files of samples, as a build leaves it. Returns its directory. */
export async function writeSmallDataset(
  trainingDataDir: string,
  tenantId: string,
  version: string,
  files: Record<string, SmallSample[]>,
): Promise<string> {
  const directory = join(datasetsDirectory(trainingDataDir, tenantId), version);
  await mkdir(directory, { recursive: true });
  await using workspace = await openWorkspace(join(directory, '..', `.making-${version}`));
  const counts: Record<string, number> = {};
  for (const [name, samples] of Object.entries(files)) {
    const rows = samples.map(
      (one, n) => `(${literal(one.split)}, ${literal(one.user_hash)}, 'e${n}', ${literal(one.text)})`,
    );
    const table = `(values ${rows.join(', ')}) as t(split, user_hash, event_id, text)`;
    const parquet = join(directory, `${name}.parquet`);
    await workspace.run(`copy (select * from ${table}) to ${literal(parquet)} (format parquet)`);
    counts[`${name}.parquet`] = samples.length;
    for (const split of ['train', 'validation', 'test'] as const) {
      const file = split === 'train' ? `${name}.jsonl` : `${name}.${split}.jsonl`;
      const texts = samples
        .filter((one) => one.split === split)
        .map(({ text }) => `${JSON.stringify({ text })}\n`);
      await writeFile(join(directory, file), texts.join(''));
      counts[file] = texts.length;
    }
  }
  const manifest: Manifest = {
    ...{ schema_version: 1, version, tenant_id: tenantId, created_at: '2026-01-01T00:00:00.000Z' },
    ...{ code_version: 'test', config: {}, segments: [], filters: {}, broken: {}, scrubbed_samples: 0 },
    ...{ files: await describeFiles(directory, counts), notes: ['a note'] },
  };
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
  await writeFile(join(directory, 'README.md'), 'as it was before');
  return directory;
}

/** The texts of a dataset's files, and the hashes in its parquet files. */
export async function readSmallDataset(directory: string, name: string) {
  await using workspace = await openWorkspace(join(directory, '..', '.reading'));
  const from = `from read_parquet(${literal(join(directory, `${name}.parquet`))}, hive_partitioning = false)`;
  const parquet = await workspace.rows(`select * exclude (split, event_id) ${from} order by text`);
  const jsonl: Record<string, string[]> = {};
  for (const file of [`${name}.jsonl`, `${name}.validation.jsonl`, `${name}.test.jsonl`]) {
    const lines = (await readFile(join(directory, file), 'utf8')).split('\n').filter(Boolean);
    jsonl[file] = lines
      .map((line) => JSON.parse(line))
      .map(({ text, ...more }) => (Object.keys(more).length > 0 ? 'more' : text))
      .sort();
  }
  const manifest: Manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'));
  return { parquet: parquet.map((row) => Object.values(row).join(' ')), jsonl, manifest };
}
