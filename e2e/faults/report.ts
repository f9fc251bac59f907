import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Row } from './run-fault.ts';
import { mergeRow } from './table.ts';

const page = path.resolve(import.meta.dirname, '../../docs/reliability.md');
const from = '<!-- table: pnpm test:faults --write -->\n';
const to = '<!-- end of table -->\n';

/** Replaces the fault's row in docs/reliability.md. */
export async function writeRow(row: Row): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [before = '', rest = ''] = text.split(from);
  const [table = '', after = ''] = rest.split(to);
  await writeFile(page, `${before}${from}\n${mergeRow(table, row)}\n${to}${after}`);
}
