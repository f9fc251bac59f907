/** One series of a /metrics page, at one moment. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const line = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)/u;
const label = /(?<key>\w+)="(?<value>(?:[^"\\]|\\.)*)"/gu;

/** The samples of a page in Prometheus's text format (version 0.0.4) whose names match. */
export function parseMetrics(text: string, names: RegExp): Sample[] {
  return text.split('\n').flatMap((row) => (names.test(row) ? parseLine(row) : []));
}

function parseLine(row: string): Sample[] {
  const { name, labels = '', value } = line.exec(row)?.groups ?? {};
  if (name === undefined || value === undefined) return [];
  return [
    { name, labels: parseLabels(labels), value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value) },
  ];
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(label)].map(({ groups }) => [groups?.['key'], groups?.['value']]),
  );
}
