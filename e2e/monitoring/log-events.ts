import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';

const repository = path.join(import.meta.dirname, '../..');
const named =
  /(?:log\.(?:info|warn|error|fatal|debug)\((?:[^;]*?,\s*)?|throttledLog\([\w.]+, |(?:report|logAfterCommit)\(\s*)'(?<name>[a-z]+(?:_[a-z]+)+)'/gu;

/** Names of all events logged in the source, sorted. */
export async function loggedEventNames(): Promise<string[]> {
  const names = new Set<string>();
  for await (const file of glob('{apps,packages}/**/*.ts', { cwd: repository, exclude: isForeign })) {
    if (file.endsWith('.test.ts') || file.includes('/demo/') || file.includes('/faults/')) continue;
    const source = await readFile(path.join(repository, file), 'utf8');
    for (const { groups } of source.matchAll(named)) if (groups?.['name']) names.add(groups['name']);
  }
  return [...names].sort();
}

const foreign = /(?:^|\/)(?:node_modules|dist)(?:\/|$)/u;
const isForeign = (file: string) => foreign.test(file);
