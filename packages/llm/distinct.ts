import type { Proposal } from '@learning-loop/learning/propose';
import { words } from '@learning-loop/learning/text/words';

/** Words of a question's opening, which say nothing of what is asked. */
const opening = new Set(['want', 'like', 'need', 'use', 'help', 'please', 'try', 'mean']);

/** Share of common words above which two questions ask the same; one word of five may differ. */
const alike = 0.8;

/** The proposals without those that repeat an earlier one. */
export function distinct(proposals: readonly Proposal[]): Proposal[] {
  const kept: Proposal[] = [];
  for (const proposal of proposals) {
    if (!kept.some((other) => likeness(proposal.question, other.question) > alike)) kept.push(proposal);
  }
  return kept;
}

/** Whether two questions are the same but for case and punctuation. */
export function sameWords(one: Proposal, other: Proposal): boolean {
  const plain = ({ question }: Proposal) =>
    question
      .toLowerCase()
      .replaceAll(/[\p{P}\s]+/gu, ' ')
      .trim();
  return plain(one) === plain(other);
}

/** Jaccard's index of the content lemmas, in [0, 1]. */
function likeness(one: string, other: string): number {
  const a = lemmas(one);
  const b = lemmas(other);
  const common = [...a].filter((lemma) => b.has(lemma)).length;
  return common / (a.size + b.size - common);
}

function lemmas(question: string): Set<string> {
  const content = words(question).filter(({ stop, lemma }) => !stop && !opening.has(lemma));
  return new Set(content.length > 0 ? content.map(({ lemma }) => lemma) : [question.toLowerCase()]);
}
