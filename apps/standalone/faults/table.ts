import type { Row } from './run-fault.ts';

const heads = ['', 'fault', 'accepted', 'lost', 'duplicated', 'recovered in', 'measured'];

/** The rows as a Markdown table. */
export function tableOf(rows: Row[]): string {
  const cells = rows.map(cellsOf);
  const lines = [heads, heads.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

/** One row for a terminal, with what is wrong below it. */
export function lineOf(row: Row): string {
  const [number = '', name = '', accepted = '', lost = '', duplicated = '', recovered = '', notes = ''] =
    cellsOf(row);
  const verdict = row.faults.length === 0 ? 'ok ' : 'NO ';
  const counts = `accepted ${accepted}, lost ${lost}, duplicated ${duplicated}, recovered in ${recovered}`;
  const wrong = row.faults.map((fault) => `\n       ${fault}`).join('');
  return `${verdict} ${number.padStart(2)} ${name}: ${counts}; ${notes} (${seconds(row.tookMs)})${wrong}`;
}

function cellsOf({ fault, accepted, lost, duplicated, recoveryMs, notes }: Row): string[] {
  return [
    String(fault.number),
    fault.name,
    count(accepted),
    count(lost),
    count(duplicated),
    seconds(recoveryMs),
    notes,
  ];
}

const count = (value: number) => value.toLocaleString('en');
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
