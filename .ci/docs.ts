/** Checks that the documents name what exists: every path in backticks and every relative link. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isMain, report, trackedFiles } from './sources.ts';

const code = /`(?<code>[^`\n]+)`/gu;
const link = /\]\((?<target>[^)#\s]+)(?:#[^)\s]*)?\)/gu;
const ownFolders = /^(?:apps|packages|e2e|bench|infra|docs|examples|\.ci)\/[\w./@*{},-]+$/u;

/** A sentence for each path that a document names and that does not exist. */
export function findMissingPaths(
  document: string,
  text: string,
  exists: (file: string) => boolean,
): string[] {
  const named = [...text.matchAll(code)]
    .map(({ groups }) => groups?.['code'] ?? '')
    .filter((name) => ownFolders.test(name) && !/[*{}]/u.test(name));
  const linked = [...text.matchAll(link)]
    .map(({ groups }) => groups?.['target'] ?? '')
    .filter((target) => !/^[a-z]+:/u.test(target))
    .map((target) => path.join(path.dirname(document), decodeURIComponent(target)));
  return [...new Set([...named, ...linked])]
    .filter((name) => !exists(name.replace(/\/$/u, '')))
    .map((name) => `${document} names ${name}, which does not exist.`);
}

if (isMain(import.meta.url)) {
  const documents = trackedFiles(/\.md$/u);
  const faults = documents.map(async (file) =>
    findMissingPaths(file, await readFile(file, 'utf8'), existsSync),
  );
  report('docs', (await Promise.all(faults)).flat());
}
