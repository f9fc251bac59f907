/** One row of the table. */
export interface Metric {
  measure: string;
  value: string;
  cases: number;
  against: string;
}

export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

export function toTable(figures: Metric[]): string {
  const rows = figures.map(({ measure, value, cases, against }) => [measure, value, String(cases), against]);
  return markdownTable(['Measure', 'Figure', 'Cases', 'Against'], rows);
}

export function markdownTable(titles: string[], rows: string[][]): string {
  const all = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
