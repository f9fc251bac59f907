import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { logNames } from '@learning-loop/events/training-records';
import { makeDirectory } from '@learning-loop/service/make-directory';
import { ignoreMissing } from '../files.ts';
import { isOnS3 } from '../location.ts';
import { Bucket, type ListedObject } from './bucket.ts';

/** Version by key below the prefix. */
type Index = Record<string, string>;

/** For readers that need files. Fetches only new and rewritten segments. One caller at a time per directory. */
export async function mirrorLog(location: string, directory: string): Promise<void> {
  if (!isOnS3(location)) return;
  using bucket = new Bucket(location);
  const indexFile = join(directory, '.mirror.json');
  const mirrored: Index = JSON.parse((await ignoreMissing(readFile(indexFile, 'utf8'))) ?? '{}');
  const current: Index = {};
  for (const name of logNames)
    for await (const object of bucket.list(name)) {
      const file = object.key.slice(bucket.location.prefix.length);
      if (mirrored[file] === object.version || (await fetchTo(directory, bucket, object, file)))
        current[file] = object.version;
    }
  for (const file of Object.keys(mirrored))
    if (!(file in current)) await rm(join(directory, file), { force: true });
  makeDirectory(directory);
  await replaceFile(indexFile, Buffer.from(JSON.stringify(current)));
}

async function fetchTo(
  directory: string,
  bucket: Bucket,
  { key }: ListedObject,
  file: string,
): Promise<boolean> {
  const bytes = await bucket.read(key);
  if (!bytes) return false;
  const path = join(directory, file);
  makeDirectory(dirname(path));
  await replaceFile(path, bytes);
  return true;
}

async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}
