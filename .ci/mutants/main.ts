/**
 * `pnpm test:mutants`: changes critical code in small ways, one by one, and counts which changes a test notices
 * (StrykerJS). Without options all groups of critical.ts; `--only NAME` one of them; `--changed` the lines that this
 * branch changed, for at most five minutes. `--write` puts the table into docs/reliability.md. Survivors are listed in
 * test-output/mutants.jsonl.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { matchesGlob } from 'node:path';
import { parseArgs } from 'node:util';
import { isProduct, trackedFiles } from '../sources.ts';
import { listChangedLines } from './changed.ts';
import { type MutantGroup, mutantGroups } from './critical.ts';
import { equivalentMutants } from './equivalent.ts';
import { findNoticed } from './fate.ts';
import { type GroupResult, runGroup } from './run-group.ts';
import { formatTable, writeTable } from './table.ts';
import { copyWorkspace } from './workspace.ts';

const minutes = { changed: 5, all: 90 };

const { values } = parseArgs({
  options: {
    changed: { type: 'boolean', default: false },
    base: { type: 'string', default: 'origin/HEAD' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const groups = mutantGroups.filter(({ name }) => values.only === undefined || name === values.only);
if (groups.length === 0) throw new Error(`--only: one of ${mutantGroups.map(({ name }) => name).join(', ')}`);
const until = Date.now() + (values.changed ? minutes.changed : minutes.all) * 60_000;
const candidates = values.changed ? listChangedLines(values.base) : trackedFiles(/\.ts$/u);

const workspace = await copyWorkspace();
const results: GroupResult[] = [];
try {
  for (const group of groups) {
    const mutate = candidates.filter((range) => isCritical(group, range.replace(/:[\d-]+$/u, '')));
    if (mutate.length > 0 && Date.now() < until)
      results.push(await runGroup(group, mutate, workspace.path, until));
  }
} finally {
  await workspace.remove();
}

await mkdir('test-output', { recursive: true });
const fates = results.flatMap((result) => result.fates);
const survivors = fates.filter(({ status }) => /Survived|NoCoverage/u.test(status));
await writeFile('test-output/mutants.jsonl', survivors.map((fate) => `${JSON.stringify(fate)}\n`).join(''));
if (values.write) await writeTable(results);
process.stdout.write(`${formatTable(results)}\n`);
for (const { file, line, change } of findNoticed(fates, equivalentMutants))
  process.stderr.write(
    `Listed as equivalent, but a test notices it: ${file}: ${line}: ${change.join(' → ')}\n`,
  );

function isCritical({ sources }: MutantGroup, file: string): boolean {
  return isProduct(file) && sources.some((pattern) => matchesGlob(file, pattern));
}
