import { termLikeness, wordLikeness } from './text/likeness.ts';
import type { TextVector } from './text/text-vector.ts';
import { addTo, dimensions, dot, unit } from './text/word-vectors.ts';

/** One choice: what was taken, and what was shown beside it and left. */
export interface Contrast {
  /** Null when all were rejected. */
  chosen: TextVector | null;
  rejected: TextVector[];
}

/** How much nearer a candidate is to the chosen than to the rejected, each in [-1, 1]. */
export interface ContrastLikeness {
  /** By the same words. */
  terms: number;
  /** By the same things in other words. */
  words: number;
  /** By the direction that leads from the rejected to the chosen. */
  direction: number;
}

/** Each candidate against one choice. */
export function contrastLikeness(candidates: TextVector[], contrast: Contrast): ContrastLikeness[] {
  const { chosen, rejected } = contrast;
  const terms = candidates.map((candidate) => difference(candidate, contrast, termLikeness));
  const words = candidates.map((candidate) => difference(candidate, contrast, wordLikeness));
  const meanings = candidates.map(({ meaning }) => meaning);
  const towards =
    chosen === null ? null : offset(chosen.meaning, [chosen.meaning, ...rejected.map((r) => r.meaning)]);
  return candidates.map(({ meaning }, i) => ({
    terms: terms[i] ?? 0,
    words: words[i] ?? 0,
    direction: towards === null ? 0 : dot(offset(meaning, meanings), towards),
  }));
}

type Likeness = (a: TextVector, b: TextVector) => number;

function difference(candidate: TextVector, { chosen, rejected }: Contrast, likeness: Likeness): number {
  const left =
    rejected.reduce((sum, text) => sum + likeness(candidate, text), 0) / Math.max(1, rejected.length);
  return (chosen === null ? 0 : likeness(candidate, chosen)) - left;
}

/** Where a meaning lies from the middle of its siblings; a unit vector. */
function offset(meaning: Float32Array, siblings: Float32Array[]): Float32Array {
  const away = Float32Array.from(meaning);
  for (const sibling of siblings) addTo(away, sibling, -1 / siblings.length);
  return away.every((value) => Math.abs(value) < 1e-6) ? new Float32Array(dimensions) : unit(away);
}
