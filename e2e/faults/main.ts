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
  --short   eleven of the faults, and 600 accepted selections for each rather than 10,000
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
  const selected = scenarios.filter(({ number, short: isShort }) =>
    positionals.length === 0 ? isShort || !values.short : positionals.includes(String(number)),
  );
  const directory = await mkdtemp(path.join(tmpdir(), 'faults-'));
  await chmod(directory, 0o755);
  let passed = 0;
  await using postgres = await startPostgres(directory);
  for (const fault of selected) {
    print(`   ${fault.number} ${fault.name} …\n`);
    try {
      const row = await runFault(fault, postgres, values.short ? short : long);
      if (values.write) await writeRow(row);
      if (row.faults.length === 0) passed += 1;
      print(`${lineOf(row)}\n`);
    } catch (error) {
      print(`NO  ${fault.number} ${fault.name}: ${error instanceof Error ? error.stack : error}\n`);
    }
  }
  await postgres[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
  const failed = selected.length - passed;
  print(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}
