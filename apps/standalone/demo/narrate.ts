import type { Hypothesis, Learning, Persona } from './answers.ts';

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function heading(line: string): void {
  say(`\n${line}\n`);
}

export function sayHypothesis({ id, confidence, question, rationale }: Hypothesis): void {
  say(`  ${id}  ${confidence.toFixed(2)}  ${question}`);
  say(`            ${rationale}`);
}

/** What one pick taught, and what the persona is now. */
export function sayLearned({ memory, persona: { facet_deltas = {} } }: Learning, persona: Persona): void {
  for (const { type, content, confidence } of memory.memories) {
    say(`    ${type.padEnd(10)}  ${content} (${confidence.toFixed(2)})`);
  }
  const moved = Object.entries(facet_deltas).map(
    ([name, delta]) => `${name} ${delta > 0 ? '+' : ''}${delta}`,
  );
  say(`    persona     ${moved.join(', ') || 'unmoved'} → ${facets(persona)}`);
}

/** The facets of a persona on one line. */
export function facets(persona: Persona): string {
  return Object.entries(persona.facets)
    .map(([name, value]) => `${name} ${value.toFixed(2)}`)
    .join(', ');
}
