import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from './harness/postgres-server.ts';
import { writeRow } from './report.ts';
import { runFault } from './run-fault.ts';
import { scenarios } from './scenarios.ts';
import { long, short } from './sizes.ts';
import { lineOf } from './table.ts';

const usage = `pnpm test:faults [--short] [--write] [number …]

Breaks a learning loop of real processes in every way, and counts what it lost.
  --short   1,000 accepted selections for each fault rather than 10,000
  --write   puts each fault's row into the table of docs/reliability.md; not with --short
  number    only these faults
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean' }, write: { type: 'boolean' }, help: { type: 'boolean' } },
});
const print = (text: string) => void process.stdout.write(text);

if (values.help) print(usage);
else if (values.short && values.write) {
  print('The table is of the long form: leave out --short or --write.\n');
  process.exit(2);
} else process.exit(await runAll());

async function runAll(): Promise<number> {
  const selectedFaults = scenarios.filter(
    ({ number }) => positionals.length === 0 || positionals.includes(String(number)),
  );
  const directory = await mkdtemp(path.join(tmpdir(), 'faults-'));
  await chmod(directory, 0o755);
  let ran = 0;
  let failed = 0;
  await using postgres = await startPostgres(directory);
  for (const fault of selectedFaults) {
    print(`   ${fault.number} ${fault.name} …\n`);
    try {
      const row = await runFault(fault, postgres, values.short ? short : long);
      ran += 1;
      if (values.write) await writeRow(row);
      if (row.faults.length > 0) failed += 1;
      print(`${lineOf(row)}\n`);
    } catch (error) {
      failed += 1;
      print(`NO  ${fault.number} ${fault.name}: ${error instanceof Error ? error.stack : error}\n`);
    }
  }
  print(`${ran} of ${selectedFaults.length} faults ran to their end, ${failed} failed.\n`);
  await postgres[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
  return failed === 0 ? 0 : 1;
}
