import { memoizeByObject } from '@learning-loop/async/memoize';
import type { Memory } from '@learning-loop/learning/memories/memory';
import type { PastSelection } from '@learning-loop/learning/ranking/history-features';

/**
 * The length to which texts are cut, so that together they have at most `budget` characters. Only the longest are cut:
 * each text keeps its whole length, or as much as any other.
 */
export function fitLength(lengths: readonly number[], budget: number): number {
  const ascending = lengths.toSorted((a, b) => a - b);
  let left = budget;
  for (const [i, length] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - i));
    if (length > share) return share;
    left -= length;
  }
  return Number.POSITIVE_INFINITY;
}

const cut = (text: string, length: number): string =>
  text.length <= length ? text : text.slice(0, length).toWellFormed();

/** With texts of at most `budget` characters together. */
export function boundSelections<S extends PastSelection>(selections: readonly S[], budget: number): S[] {
  const lengths = selections.flatMap(({ input_text, shown }) => [
    input_text.length,
    ...shown.map(({ question }) => question.length),
  ]);
  const length = fitLength(lengths, budget);
  if (length === Number.POSITIVE_INFINITY) return [...selections];
  return selections.map((selection) => ({
    ...selection,
    input_text: cut(selection.input_text, length),
    shown: selection.shown.map((hypothesis) => ({
      ...hypothesis,
      question: cut(hypothesis.question, length),
    })),
  }));
}

/** With contents of at most `budget` characters together. The same objects if none is cut. */
export function boundContents<M extends { content: string }>(
  memories: readonly M[],
  budget: number,
): readonly M[] {
  const length = fitLength(
    memories.map(({ content }) => content.length),
    budget,
  );
  if (length === Number.POSITIVE_INFINITY) return memories;
  return memories.map((memory) => ({ ...memory, content: cut(memory.content, length) }));
}

export const sumLengths = (texts: readonly string[]): number =>
  texts.reduce((chars, { length }) => chars + length, 0);

/** In characters, of all memories together. Those of ordinary users have a quarter of it. */
const maxComparedMemories = 128_000;

export interface BoundedMemories {
  /** The given ones, if none is cut. */
  memories: readonly Memory[];
  /** Whole texts by what they were cut to. */
  originals: ReadonlyMap<string, string>;
  /** Of all contents. */
  chars: number;
}

/** Computed once for an array. */
export const boundMemories = memoizeByObject((whole: readonly Memory[]): BoundedMemories => {
  const memories = boundContents(whole, maxComparedMemories);
  const originals = memories.flatMap(({ content }, i) => {
    const uncut = whole[i]?.content ?? content;
    return uncut === content ? [] : [[content, uncut] as const];
  });
  return {
    memories,
    originals: new Map(originals),
    chars: sumLengths(memories.map(({ content }) => content)),
  };
});
