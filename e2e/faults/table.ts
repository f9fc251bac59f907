import type { Row } from './run-fault.ts';

const heads = ['', 'fault', 'accepted', 'lost', 'duplicated', 'recovered in', 'measured'];

/** Replaces the fault's row in the Markdown table, or adds it. */
export function mergeRow(table: string, row: Row): string {
  const existing = table.matchAll(/^\| (\d+) \|.*$/gm);
  const rows = new Map([...existing].map(([line, number]) => [Number(number), line]));
  rows.set(row.fault.number, formatRow(formatCells(row)));
  const sorted = [...rows].toSorted(([a], [b]) => a - b).map(([, line]) => line);
  return `${[formatRow(heads), formatRow(heads.map(() => '---')), ...sorted].join('\n')}\n`;
}

const formatRow = (cells: string[]) => `| ${cells.join(' | ')} |`;

/** For a terminal, with the problems below. */
export function lineOf(row: Row): string {
  const [number = '', name = '', accepted = '', lost = '', duplicated = '', recovered = ''] =
    formatCells(row);
  const outcome = row.faults.length === 0 ? 'ok ' : 'NO ';
  const counts = `accepted ${accepted}, lost ${lost}, duplicated ${duplicated}, recovered in ${recovered}`;
  const kept = row.kept === undefined ? [] : [`kept: ${row.kept}`];
  const problems = [...row.faults, ...kept].map((line) => `\n       ${line}`).join('');
  return `${outcome} ${number.padStart(2)} ${name}: ${counts}; ${row.notes} (${seconds(row.tookMs)})${problems}`;
}

function formatCells({ fault, accepted, lost, duplicated, recoveryMs, notes, faults }: Row): string[] {
  return [
    String(fault.number),
    fault.name,
    count(accepted),
    count(lost),
    count(duplicated),
    seconds(recoveryMs),
    [notes, ...faults.map((broken) => `**not kept: ${broken}**`)].join('; '),
  ];
}

const count = (value: number) => value.toLocaleString('en');
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
