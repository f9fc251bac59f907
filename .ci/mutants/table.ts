import { dirname } from 'node:path';
import type { GroupResult, MutantFate } from './run-group.ts';

/** A markdown table by folder: mutants, noticed, share, goal. */
export function formatTable(results: GroupResult[]): string {
  const rows = results.flatMap(({ group, fates, planned }) => [
    ...[...Map.groupBy(fates, ({ file }) => dirname(file))].map(([folder, some]) =>
      formatRow(`\`${folder}\``, some, some.length, ''),
    ),
    formatRow(`**${group.name}**`, fates, planned, `≥ ${group.goal} %`),
  ]);
  return ['| Code | Mutants | Noticed | Share | Goal |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function formatRow(name: string, fates: MutantFate[], planned: number, goal: string): string {
  const valid = fates.filter(({ status }) => !/Error|Ignored/u.test(status));
  const noticed = valid.filter(({ status }) => /Killed|Timeout/u.test(status)).length;
  const share = valid.length === 0 ? 'none' : `${((100 * noticed) / valid.length).toFixed(1)} %`;
  const count = planned > valid.length ? `${valid.length} of ${planned}` : String(valid.length);
  return `| ${name} | ${count} | ${noticed} | ${share} | ${goal} |`;
}
