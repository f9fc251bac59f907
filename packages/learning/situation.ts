import { meaningLikeness, termLikeness } from './text/likeness.ts';
import { type TextVector, vectorOf } from './text/text-vector.ts';

/** What was asked and what could be chosen. */
export interface Situation {
  request: TextVector;
  options: TextVector[];
  /** Request and options together: what the situation is about. */
  theme: TextVector;
}

/** A situation. The order of the questions does not count. */
export function situationOf(text: string, questions: string[]): Situation {
  return {
    request: vectorOf(text),
    options: questions.map(vectorOf),
    theme: vectorOf([text, ...questions.toSorted()].join('\n')),
  };
}

/** How alike two situations are, in [-1, 2]: the same subject, and the same words. */
export function situationLikeness(a: Situation, b: Situation): number {
  return meaningLikeness(a.theme, b.theme) + termLikeness(a.theme, b.theme);
}
