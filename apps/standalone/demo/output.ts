import type { Hypotheses, Learning, Persona } from './responses.ts';

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printHeading(line: string): void {
  print(`\n${line}\n`);
}

const COLUMN = 62;

/** In two columns, each hypothesis with its chance; then that of none of these. */
export function printBeside(user: Hypotheses, stranger: Hypotheses): void {
  const [left, right] = [toCells('the user', user), toCells('a stranger', stranger)];
  for (const [i, cell] of left.entries()) {
    const [lines, others] = [wrap(cell), wrap(right[i] ?? '')];
    for (let k = 0; k < Math.max(lines.length, others.length); k += 1)
      print(`  ${(lines[k] ?? '').padEnd(COLUMN)}  ${others[k] ?? ''}`.trimEnd());
  }
}

function toCells(who: string, { hypotheses, none_confidence }: Hypotheses): string[] {
  const cells = hypotheses.map(({ confidence, question }) => `${confidence.toFixed(2)}  ${question}`);
  return [who, ...cells, `${none_confidence.toFixed(2)}  none of these`];
}
/** In lines of a column, broken between words. */
function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length < COLUMN) lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    else lines.push(`      ${word}`);
  }
  return lines;
}

export function printLearned({ memory, persona: { facet_deltas = {} } }: Learning, persona: Persona): void {
  for (const { type, content, confidence } of memory.memories) {
    print(`    ${type.padEnd(10)}  ${content} (${confidence.toFixed(2)})`);
  }
  const deltas = Object.entries(facet_deltas).map(
    ([name, delta]) => `${name} ${delta > 0 ? '+' : ''}${delta}`,
  );
  print(`    persona     ${deltas.join(', ') || 'unmoved'} → ${formatFacets(persona)}`);
}

/** On one line. */
export function formatFacets(persona: Persona): string {
  return Object.entries(persona.facets)
    .map(([name, value]) => `${name} ${value.toFixed(2)}`)
    .join(', ');
}

const WIDTH = 24;
const PLAIN_LINES = 4;

/** A bar on a terminal, else a few plain lines. Call `step` `total` times. */
export function showProgress(label: string, total: number): { step(): void } {
  const started = performance.now();
  let done = 0;
  return {
    step() {
      done += 1;
      const perSecond = Math.round((done * 1000) / Math.max(performance.now() - started, 1));
      const figures = `${done} of ${total}, ${perSecond}/s`;
      if (process.stdout.isTTY)
        write(`\r  ${label} ${formatBar(done / total)} ${figures}${done === total ? '\n' : ''}`);
      else if (Math.floor((done * PLAIN_LINES) / total) > Math.floor(((done - 1) * PLAIN_LINES) / total)) {
        write(`  ${label}: ${figures}\n`);
      }
    },
  };
}

function formatBar(share: number): string {
  const filled = Math.round(WIDTH * share);
  return '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
}

const write = (text: string) => void process.stdout.write(text);
