import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Row } from './run-fault.ts';
import { tableOf } from './table.ts';

const page = path.resolve(import.meta.dirname, '../../../docs/reliability.md');
const from = '<!-- table: pnpm test:faults --write -->\n';
const to = '<!-- end of table -->\n';

/** Replaces the table on the page of the reliability by what was measured now. */
export async function writeReport(rows: Row[]): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [before = '', rest = ''] = text.split(from);
  const [, after = ''] = rest.split(to);
  await writeFile(page, `${before}${from}\n${tableOf(rows)}\n${to}${after}`);
}
