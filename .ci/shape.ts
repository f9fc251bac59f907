/** Checks the shape of the house: fuller files, small folders, and names that the glossary allows. */
import path from 'node:path';
import { isMain, isProduct, readSources, report } from './sources.ts';

const mostFilesPerFolder = 16;
const mostLines = 300;
const tinyLines = 30;
const mostTinyShare = 0.15;

/** Words of a private language that the glossary of ARCHITECTURE.md replaces, as parts of names. */
const banned = new Set(
  (
    'pupil lesson outlet bury quietly undisturbed recollector lens likeness nearness meaning meanings owed debt ' +
    'taste tastes anew pick picks picked picker choice choices'
  ).split(' '),
);
/** Right words for other things: TypeScript's own, the choice of choice models, words of the page's language. */
const allowed = new Set(['Pick', 'choiceProbabilities']);

const exported =
  /^export (?:declare )?(?:async )?(?:function\*?|class|interface|type|const|let) (?<name>\w+)/gmu;

/** A sentence for each fault, of the sources by path. */
export function findShapeFaults(sources: Map<string, string>): string[] {
  const product = [...sources].filter(([file]) => isProduct(file));
  return [...folderFaults(product), ...sizeFaults(product), ...product.flatMap(nameFaults)];
}

function folderFaults(product: [string, string][]): string[] {
  const folders = Map.groupBy(product, ([file]) => path.dirname(file));
  return [...folders]
    .filter(([, files]) => files.length > mostFilesPerFolder)
    .map(
      ([folder, files]) =>
        `${folder} holds ${files.length} files; make folders of at most ${mostFilesPerFolder}.`,
    );
}

function sizeFaults(product: [string, string][]): string[] {
  const lines = product.map(([file, text]) => ({ file, count: text.split('\n').length - 1 }));
  const long = lines.filter(({ count }) => count > mostLines);
  const tiny = lines.filter(({ count }) => count <= tinyLines);
  const share = tiny.length / Math.max(1, lines.length);
  return [
    ...long.map(({ file, count }) => `${file} has ${count} lines; at most ${mostLines} make one topic.`),
    ...(share > mostTinyShare
      ? [
          `${(100 * share).toFixed(1)} % of the files have ${tinyLines} lines or fewer; merge those with one importer.`,
        ]
      : []),
  ];
}

function nameFaults([file, text]: [string, string]): string[] {
  const names = [
    path.basename(file).split('.')[0] ?? '',
    ...[...text.matchAll(exported)].map(({ groups }) => groups?.['name'] ?? ''),
  ];
  return names
    .filter((name) => !allowed.has(name))
    .flatMap((name) =>
      wordsOf(name)
        .filter((word) => banned.has(word))
        .map((word) => `${file}: "${word}" in ${name} is not in the glossary of ARCHITECTURE.md.`),
    );
}

const wordsOf = (name: string) =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/gu, '$1-$2')
    .toLowerCase()
    .split(/[-_]/u);

if (isMain(import.meta.url)) report('shape', findShapeFaults(await readSources()));
