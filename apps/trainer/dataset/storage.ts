import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '@learning-loop/service/make-directory';

/** Per tenant. */
const keptVersions = 10;
const unfinishedPrefix = '.building-';

/** Tenants never share a directory. */
export function datasetsDirectory(trainingDataDir: string, tenantId: string): string {
  const datasets = join(trainingDataDir, 'datasets');
  return tenantId === 'default' ? datasets : join(datasets, `tenant=${encodeURIComponent(tenantId)}`);
}

/** Deletes what killed builds left, and creates a directory for `publish`. */
export async function beginDirectory(datasets: string, name: string): Promise<string> {
  makeDirectory(datasets);
  for (const file of await readdir(datasets)) {
    if (file.startsWith(unfinishedPrefix)) await rm(join(datasets, file), { recursive: true, force: true });
  }
  const directory = join(datasets, `${unfinishedPrefix}${name}`);
  await mkdir(directory);
  return directory;
}

/** Renames the finished directory to `version`, durably, and points `latest` to it. */
export async function publish(datasets: string, directory: string, version: string): Promise<void> {
  for (const file of await readdir(directory)) await sync(join(directory, file));
  await sync(directory);
  await rename(directory, join(datasets, version));
  await replaceSymlink(datasets, 'latest', version);
  // The first file that people look for.
  await replaceSymlink(datasets, 'hypotheses_chat.jsonl', join('latest', 'hypotheses_chat.jsonl'));
  await sync(datasets);
  await removeOld(datasets);
}

/** Oldest first. */
export async function listVersions(datasets: string): Promise<string[]> {
  if (!existsSync(datasets)) return [];
  return (await readdir(datasets)).filter((file) => /^\d{8}T\d{6}Z-/.test(file)).sort();
}

async function replaceSymlink(datasets: string, name: string, target: string): Promise<void> {
  const temporary = join(datasets, `.${name}.new`);
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, join(datasets, name));
}

async function removeOld(datasets: string): Promise<void> {
  for (const version of (await listVersions(datasets)).slice(0, -keptVersions)) {
    await rm(join(datasets, version), { recursive: true, force: true });
  }
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}
