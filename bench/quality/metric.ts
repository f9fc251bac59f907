/** One line of the table: what was measured, on how many cases, and what it is to be seen against. */
export interface Figure {
  measure: string;
  value: string;
  cases: number;
  against: string;
}

export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The figures as one table in Markdown. */
export function tableOf(figures: Figure[]): string {
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
