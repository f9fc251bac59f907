import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type UserKey, userKey } from '@learning-loop/events/ids';
import { datasetCard } from '../dataset/dataset-card.ts';
import { literal, openWorkspace, type Workspace } from '../dataset/duckdb.ts';
import { describeFiles, type Manifest } from '../dataset/manifest.ts';
import { datasetsDirectory, listVersions } from '../dataset/storage.ts';

/** Samples removed, by `<version>/<file>`. */
export type Removed = Record<string, number>;

/** Must match `user_hash` in the datasets. */
const hashUser = ({ tenant_id, user_id }: UserKey): string =>
  createHash('sha256').update(`${tenant_id}\x1f${user_id}`).digest('hex').slice(0, 16);

/** Also deletes the leftovers of unfinished builds; no build may be running. Returns what was removed, by `userKey`. */
export async function eraseFromDatasets(
  trainingDataDir: string,
  users: UserKey[],
): Promise<Map<string, Removed>> {
  const removed = new Map(users.map((user): [string, Removed] => [userKey(user), {}]));
  for (const [tenant, tenantUsers] of Map.groupBy(users, ({ tenant_id }) => tenant_id)) {
    const datasets = datasetsDirectory(trainingDataDir, tenant);
    if (!existsSync(datasets)) continue;
    await removeUnfinished(datasets);
    await using workspace = await openWorkspace(join(datasets, '.erasing'));
    for (const version of await listVersions(datasets))
      await eraseFromVersion(workspace, { datasets, version, users: tenantUsers, removed });
  }
  return removed;
}

async function removeUnfinished(datasets: string): Promise<void> {
  const left = (await readdir(datasets)).filter((file) => file.startsWith('.building-'));
  for (const file of left) await rm(join(datasets, file), { recursive: true });
}

interface Erasing {
  datasets: string;
  version: string;
  users: UserKey[];
  removed: Map<string, Removed>;
}

async function eraseFromVersion(workspace: Workspace, { datasets, version, users, removed }: Erasing) {
  const directory = join(datasets, version);
  const byHash = new Map(users.map((user) => [hashUser(user), userKey(user)]));
  const hashes = [...byHash.keys()].map(literal).join(', ');
  const samples: Record<string, number> = {};
  for (const file of (await readdir(directory)).filter((name) => name.endsWith('.parquet'))) {
    const from = fromParquet(join(directory, file));
    const counts = await workspace.rows(
      `select user_hash, count(*)::int as samples ${from} where user_hash in (${hashes}) group by user_hash`,
    );
    for (const row of counts) {
      const user = removed.get(byHash.get(String(row['user_hash'])) ?? '') ?? {};
      user[`${version}/${file}`] = Number(row['samples']);
    }
    if (counts.length > 0) Object.assign(samples, await writeWithout(workspace, directory, file, hashes));
  }
  if (Object.keys(samples).length > 0) await updateManifest(directory, samples);
}

/** Of "tenant=acme" in a path DuckDB would make a column, which the samples would have from then on. */
const fromParquet = (path: string): string =>
  `from read_parquet(${literal(path)}, hive_partitioning = false)`;

async function writeWithout(workspace: Workspace, directory: string, file: string, hashes: string) {
  const path = join(directory, file);
  const all = fromParquet(path);
  const kept = `${all} where user_hash not in (${hashes})`;
  await replace(workspace, path, `select * ${kept}`, 'format parquet, row_group_size 10000');
  const samples = { [file]: await workspace.count(all) };
  const name = file.replace('.parquet', '');
  for (const json of await readdir(directory)) {
    const parts = new RegExp(`^${name}(?:\\.([a-z]+))?\\.jsonl$`, 'u').exec(json);
    if (!parts) continue;
    const split = parts[1] ?? 'train';
    const rows = `${all} where split = ${literal(split)}`;
    const select = `select * exclude (split, user_hash, event_id) ${rows}`;
    await replace(workspace, join(directory, json), select, 'format json');
    samples[json] = await workspace.count(rows);
  }
  return samples;
}

async function replace(workspace: Workspace, path: string, select: string, format: string): Promise<void> {
  await workspace.run(`copy (${select}) to ${literal(`${path}.part`)} (${format})`);
  await rename(`${path}.part`, path);
}

async function updateManifest(directory: string, changed: Record<string, number>): Promise<void> {
  const path = join(directory, 'manifest.json');
  const manifest: Manifest = JSON.parse(await readFile(path, 'utf8'));
  const before = Object.entries(manifest.files).flatMap(([file, { samples }]) =>
    samples === null ? [] : [[file, samples] as const],
  );
  const files = await describeFiles(directory, { ...Object.fromEntries(before), ...changed });
  for (const file of ['manifest.json', 'README.md']) delete files[file];
  const next = { ...manifest, files };
  await writeFile(join(directory, 'README.md'), await datasetCard(directory, next));
  await writeFile(path, `${JSON.stringify(next, null, 2)}\n`);
}
