/** Checks the documents: every path that they name exists, sentences are short, and no old word comes back. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isMain, report, trackedFiles } from './sources.ts';

const maxWords = 35;
/** Foreign constructions, and words that the glossary replaced. Tables are left out: the glossary lists such words. */
const relapses =
  /\b(?:anew|hardly|whoever's|told of|at the most|so (?:long|many) as|pupils?|undisturbed|likeness|nearness|recollector)\b/giu;

const inlineCode = /`(?<code>[^`\n]+)`/gu;
const link = /\]\((?<target>[^)#\s]+)(?:#[^)\s]*)?\)/gu;
const ownFolders = /^(?:apps|packages|e2e|bench|infra|docs|examples|\.ci)\/[\w./@-]+$/u;

/** A sentence for each path that a document names and that does not exist. */
export function findMissingPaths(
  document: string,
  text: string,
  exists: (file: string) => boolean,
): string[] {
  const named = [...text.matchAll(inlineCode)]
    .map(({ groups }) => groups?.['code'] ?? '')
    .filter((name) => ownFolders.test(name));
  const linked = [...text.matchAll(link)]
    .map(({ groups }) => groups?.['target'] ?? '')
    .filter((target) => !/^[a-z]+:/u.test(target))
    .map((target) => path.join(path.dirname(document), decodeURIComponent(target)));
  return [...new Set([...named, ...linked])]
    .filter((name) => !exists(name.replace(/\/$/u, '')))
    .map((name) => `${document} names ${name}, which does not exist.`);
}

/** A sentence for each one of the document's that is too long or uses a word that has been replaced. */
export function findProseFaults(document: string, text: string): string[] {
  return toSentences(text).flatMap((sentence) => {
    const words = sentence.split(/\s+/u).filter((word) => /[\p{L}\d]/u.test(word)).length;
    const start = sentence.slice(0, 60);
    return [
      ...(words > maxWords
        ? [`${document}: ${words} words in a sentence, at most ${maxWords}: ${start}…`]
        : []),
      ...[...sentence.matchAll(relapses)].map(([word]) => `${document}: "${word}" in: ${start}…`),
    ];
  });
}

/** The sentences of the prose: without code, headings and tables. A colon or semicolon ends one, too. */
function toSentences(text: string): string[] {
  return text
    .replaceAll(/```[\s\S]*?```|<!--[\s\S]*?-->/gu, '\n\n')
    .split(/\n\s*\n|\n(?=\s*[-*|#]\s?|\s*\d+\. )/u)
    .filter((block) => !/^\s*[#|]/u.test(block))
    .flatMap((block) =>
      block.replaceAll(/\s+/gu, ' ').split(/(?<=[.!?:;])\s+(?=[A-Z`"(\d“])|(?<=[.!?])\s+/u),
    );
}

if (isMain(import.meta.url)) {
  const faults = trackedFiles(/\.md$/u).map(async (file) => {
    const text = await readFile(file, 'utf8');
    return [...findMissingPaths(file, text, existsSync), ...findProseFaults(file, text)];
  });
  report('docs', (await Promise.all(faults)).flat());
}
