import type { Hypothesis, Learning, Persona } from './responses.ts';

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function heading(line: string): void {
  print(`\n${line}\n`);
}

export function sayHypothesis({ id, confidence, question, rationale }: Hypothesis): void {
  print(`  ${id}  ${confidence.toFixed(2)}  ${question}`);
  print(`            ${rationale}`);
}

/** What one pick taught, and what the persona is now. */
export function sayLearned({ memory, persona: { facet_deltas = {} } }: Learning, persona: Persona): void {
  for (const { type, content, confidence } of memory.memories) {
    print(`    ${type.padEnd(10)}  ${content} (${confidence.toFixed(2)})`);
  }
  const moved = Object.entries(facet_deltas).map(
    ([name, delta]) => `${name} ${delta > 0 ? '+' : ''}${delta}`,
  );
  print(`    persona     ${moved.join(', ') || 'unmoved'} → ${facets(persona)}`);
}

/** The facets of a persona on one line. */
export function facets(persona: Persona): string {
  return Object.entries(persona.facets)
    .map(([name, value]) => `${name} ${value.toFixed(2)}`)
    .join(', ');
}

const WIDTH = 24;
const PLAIN_LINES = 4;

/** Shows how far something is: a bar on a terminal, a plain line now and then elsewhere. `step` is called `total` times. */
export function showProgress(label: string, total: number): { step(): void } {
  const started = performance.now();
  let done = 0;
  return {
    step() {
      done += 1;
      const perSecond = Math.round((done * 1000) / Math.max(performance.now() - started, 1));
      const figures = `${done} of ${total}, ${perSecond}/s`;
      if (process.stdout.isTTY)
        write(`\r  ${label} ${bar(done / total)} ${figures}${done === total ? '\n' : ''}`);
      else if (Math.floor((done * PLAIN_LINES) / total) > Math.floor(((done - 1) * PLAIN_LINES) / total)) {
        write(`  ${label}: ${figures}\n`);
      }
    },
  };
}

function bar(share: number): string {
  const filled = Math.round(WIDTH * share);
  return '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
}

const write = (text: string) => void process.stdout.write(text);
