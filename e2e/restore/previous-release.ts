import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const repository = path.join(import.meta.dirname, '../..');
const migrations = 'packages/db/migrations';

async function git(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-C', repository, ...args]);
  return stdout.trim();
}

/**
 * The newest tag; without one the commit before the newest migration, the last version that does not know it. Undefined
 * where git or its history is missing, as in a shallow clone or an archive.
 */
export async function findPreviousRelease(): Promise<string | undefined> {
  try {
    const tag = await git('describe', '--tags', '--abbrev=0').catch(() => undefined);
    const found = tag ?? (await beforeNewestMigration());
    await git('cat-file', '-e', `${found}^{tree}`);
    return found;
  } catch {
    return undefined;
  }
}

async function beforeNewestMigration(): Promise<string> {
  const files = (await readdir(path.join(repository, migrations))).filter((file) => /^\d{4}-/.test(file));
  const newest = files.toSorted().at(-1) ?? '';
  const added = await git('log', '-1', '--diff-filter=A', '--format=%H', '--', `${migrations}/${newest}`);
  // One that is not committed yet is unknown to the last commit.
  return await git('rev-parse', '--verify', added === '' ? 'HEAD' : `${added}^`);
}

/** Writes the release there, with the dependencies of this one. */
export async function checkOut(release: string, directory: string): Promise<void> {
  await mkdir(directory);
  const archive = spawn('git', ['-C', repository, 'archive', release], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const extract = spawn('tar', ['-x', '-C', directory], { stdio: [archive.stdout, 'inherit', 'inherit'] });
  const [code] = await once(extract, 'exit');
  if (code !== 0) throw new Error(`git archive ${release} | tar ended with ${code}`);
  await symlink(path.join(repository, 'node_modules'), path.join(directory, 'node_modules'));
  for (const group of ['apps', 'packages'])
    for (const name of await readdir(path.join(directory, group))) {
      const links = path.join(repository, group, name, 'node_modules');
      // Relative links: those to packages of ours lead to the release's own.
      await cp(links, path.join(directory, group, name, 'node_modules'), {
        ...{ recursive: true, verbatimSymlinks: true },
      }).catch(() => undefined);
    }
}
