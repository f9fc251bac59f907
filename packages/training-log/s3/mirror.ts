import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { logNames } from '@learning-loop/events/training-records';
import { ignoreMissing } from '../files.ts';
import { isOnS3 } from '../location.ts';
import { Bucket, type Listed } from './bucket.ts';

/** What the directory holds: the version of each object, by its name below the prefix. */
type Held = Record<string, string>;

/**
 * Makes a directory hold exactly the segments that are on object storage, for readers that need files; fetches only what
 * is new or was rewritten. Does nothing for a log that is a directory itself. One caller at a time for each directory.
 */
export async function mirrorLog(place: string, directory: string): Promise<void> {
  if (!isOnS3(place)) return;
  using bucket = new Bucket(place);
  const index = join(directory, '.mirror.json');
  const held: Held = JSON.parse((await ignoreMissing(readFile(index, 'utf8'))) ?? '{}');
  const found: Held = {};
  for (const name of logNames)
    for await (const object of bucket.list(name)) {
      const file = object.key.slice(bucket.place.prefix.length);
      if (held[file] === object.version || (await fetchTo(directory, bucket, object, file)))
        found[file] = object.version;
    }
  for (const file of Object.keys(held))
    if (!(file in found)) await rm(join(directory, file), { force: true });
  await mkdir(directory, { recursive: true });
  await replaceFile(index, Buffer.from(JSON.stringify(found)));
}

/** False when the object was removed since it was listed. */
async function fetchTo(directory: string, bucket: Bucket, { key }: Listed, file: string): Promise<boolean> {
  const bytes = await bucket.read(key);
  if (!bytes) return false;
  const path = join(directory, file);
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, bytes);
  return true;
}

async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}
