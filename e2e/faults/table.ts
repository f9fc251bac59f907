import type { Row } from './run-fault.ts';

const heads = ['', 'fault', 'accepted', 'lost', 'duplicated', 'recovered in', 'measured'];

/** A Markdown table with this row, in the place of an older one of the same fault; the other rows stay. */
export function mergeRow(table: string, row: Row): string {
  const found = table.matchAll(/^\| (\d+) \|.*$/gm);
  const rows = new Map([...found].map(([line, number]) => [Number(number), line]));
  rows.set(row.fault.number, markdown(cellsOf(row)));
  const sorted = [...rows].toSorted(([a], [b]) => a - b).map(([, line]) => line);
  return `${[markdown(heads), markdown(heads.map(() => '---')), ...sorted].join('\n')}\n`;
}

const markdown = (cells: string[]) => `| ${cells.join(' | ')} |`;

/** One row for a terminal, with what is wrong below it. */
export function lineOf(row: Row): string {
  const [number = '', name = '', accepted = '', lost = '', duplicated = '', recovered = ''] = cellsOf(row);
  const verdict = row.faults.length === 0 ? 'ok ' : 'NO ';
  const counts = `accepted ${accepted}, lost ${lost}, duplicated ${duplicated}, recovered in ${recovered}`;
  const kept = row.kept === undefined ? [] : [`kept: ${row.kept}`];
  const wrong = [...row.faults, ...kept].map((line) => `\n       ${line}`).join('');
  return `${verdict} ${number.padStart(2)} ${name}: ${counts}; ${row.notes} (${seconds(row.tookMs)})${wrong}`;
}

function cellsOf({ fault, accepted, lost, duplicated, recoveryMs, notes, faults }: Row): string[] {
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
