import type { Proposal } from '@learning-loop/learning/candidates/propose';
import { termLikeness } from '@learning-loop/learning/text/similarity';
import { vectorOf } from '@learning-loop/learning/text/text-vector';

/** Above this two questions differ in their openings and not in what they ask: "Do you want to", "Would you like to". */
const alike = 0.96;

/** The proposals without those that repeat an earlier one. */
export function distinct(proposals: readonly Proposal[]): Proposal[] {
  const kept: Proposal[] = [];
  for (const proposal of proposals) {
    if (!kept.some((other) => asksTheSame(proposal, other))) kept.push(proposal);
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

function asksTheSame(one: Proposal, other: Proposal): boolean {
  return sameWords(one, other) || termLikeness(vectorOf(one.question), vectorOf(other.question)) > alike;
}
