import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { GroupResult, MutantFate } from './run-group.ts';

const page = new URL('../../docs/reliability.md', import.meta.url);
const from = '<!-- table: pnpm test:mutants --write -->\n';
const to = '<!-- end of mutants -->\n';
const head = ['| Code | Mutants | Noticed | Share | Goal |', '| --- | --- | --- | --- | --- |'];

/** A markdown table by folder: mutants, noticed, share, goal. The row of a group follows those of its folders. */
export const formatTable = (results: GroupResult[]): string =>
  [...head, ...results.flatMap(formatGroup)].join('\n');

/** The table with the rows of these groups replaced; other groups keep theirs. */
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
  return [...head, ...[...old.values()].flat()].join('\n');
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
  return [
    ...[...folders].map(([folder, some]) => formatRow(`\`${folder}\``, some, some.length, '')),
    formatRow(`**${group.name}**`, fates, planned, `≥ ${group.goal} %`),
  ];
}

function formatRow(name: string, fates: MutantFate[], planned: number, goal: string): string {
  const valid = fates.filter(({ status }) => !/Error|Ignored/u.test(status));
  const noticed = valid.filter(({ status }) => /Killed|Timeout/u.test(status)).length;
  const share = valid.length === 0 ? 'none' : `${((100 * noticed) / valid.length).toFixed(1)} %`;
  const count = planned > valid.length ? `${valid.length} of ${planned}` : String(valid.length);
  return `| ${name} | ${count} | ${noticed} | ${share} | ${goal} |`;
}
