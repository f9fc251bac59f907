import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { mutantGroups } from './critical.ts';
import type { MutantFate } from './fate.ts';
import type { GroupResult } from './run-group.ts';

const page = new URL('../../docs/reliability.md', import.meta.url);
const from = '<!-- table: pnpm test:mutants --write -->\n';
const to = '<!-- end of mutants -->\n';
const head = [
  '| Code | Mutants | Noticed | Share | Goal | Equivalent |',
  '| --- | --- | --- | --- | --- | --- |',
];

/**
 * A markdown table by folder: mutants without the equivalent ones, noticed, share, goal, equivalent. The row of a group
 * follows those of its folders.
 */
export const formatTable = (results: GroupResult[]): string =>
  [...head, ...results.flatMap(formatGroup)].join('\n');

/** The table with the rows of these groups replaced; other groups keep theirs, and groups that are gone lose theirs. */
export function mergeTable(table: string, results: GroupResult[]): string {
  const old = new Map<string, string[]>();
  let block: string[] = [];
  for (const row of table.trim().split('\n').slice(head.length)) {
    block.push(row);
    const name = /^\| \*\*(?<name>[^*]+)\*\*/u.exec(row)?.groups?.['name'];
    if (name === undefined) continue;
    old.set(name, block);
    block = [];
  }
  for (const result of results) old.set(result.group.name, formatGroup(result));
  return [...head, ...mutantGroups.flatMap(({ name }) => old.get(name) ?? [])].join('\n');
}

/** Replaces the rows in docs/reliability.md. */
export async function writeTable(results: GroupResult[]): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [before = '', rest = ''] = text.split(from);
  const [table = '', after = ''] = rest.split(to);
  await writeFile(page, `${before}${from}\n${mergeTable(table, results)}\n\n${to}${after}`);
}

function formatGroup({ group, fates, planned }: GroupResult): string[] {
  const folders = Map.groupBy(fates, ({ file }) => dirname(file));
  const complete = planned === fates.length && !fates.some(({ status }) => status === 'Untried');
  return [
    ...[...folders].map(([folder, some]) => formatRow(`\`${folder}\``, some, complete, '')),
    formatRow(`**${group.name}**`, fates, complete, `≥ ${group.goal} %`),
  ];
}

/** A run that ended early has no share: the mutants that no test reaches come first, and would count for too much. */
function formatRow(name: string, fates: MutantFate[], complete: boolean, goal: string): string {
  const count = (statuses: RegExp) => fates.filter(({ status }) => statuses.test(status)).length;
  const noticed = count(/Killed|Timeout/u);
  const tried = noticed + count(/Survived|NoCoverage/u);
  const all = fates.length - count(/Ignored|Equivalent/u);
  const share = complete && tried > 0 ? `${((100 * noticed) / tried).toFixed(1)} %` : '—';
  const mutants = tried < all ? `${tried} of ${all}` : String(tried);
  return `| ${name} | ${mutants} | ${noticed} | ${share} | ${goal} | ${count(/Equivalent/u)} |`;
}
