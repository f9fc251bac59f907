import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { trackedFiles } from '../sources.ts';

/**
 * A copy of the checkout whose sources may be mutated in place. The tool's own copy will not do: there a package would
 * import the unchanged sources of another one. The installed packages are shared with the checkout.
 */
export async function copyWorkspace(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'mutants-'));
  const files = trackedFiles();
  for (const file of files) await copy(file, path);
  const workspaces = new Set(
    files.filter((file) => /\/package\.json$/u.test(file)).map((file) => dirname(file)),
  );
  for (const workspace of workspaces) await copy(join(workspace, 'node_modules'), path);
  await symlink(resolve('node_modules'), join(path, 'node_modules'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 20 }) };
}

async function copy(file: string, to: string): Promise<void> {
  await mkdir(dirname(join(to, file)), { recursive: true });
  // A package without dependencies has no node_modules.
  await cp(file, join(to, file), { recursive: true, verbatimSymlinks: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    },
  );
}
