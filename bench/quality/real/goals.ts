import { extractGoal } from '@learning-loop/learning/memories/extract';
import { Type } from 'typebox';
import type { Metric } from '../metric.ts';
import { readLines } from '../read-lines.ts';
import { formatShare } from './bootstrap.ts';

const Shown = Type.Object({ input_text: Type.String(), candidates: Type.Array(Type.String()) });

/** A question that a person can confirm with yes: not which, what or who, and not about something specific unsaid. */
const confirmable =
  /^(?:(?:do|did|would|will) you (?:want|need|like|wish)|(?:are|were) you (?:interested|looking|searching|trying|hoping|planning|wanting)|would you be interested|(?:should|shall|can|may|could) (?:i|we))\b/iu;
const barePronoun =
  /\b(?:it|them)\b|\b(?:this|that|these|those)\s*(?:$|[.,;?!]|(?:to|for|with|in|on|at|from|by|of|and|or)\b)/iu;

/** Clarifying questions that people wrote for web searches (Qulac), whichever was selected. */
export function measureGoals(): Metric[] {
  const shown = readLines('../../examples/clarifying-choices.jsonl', Shown);
  const requestOf = new Map(
    shown.flatMap(({ input_text, candidates }) =>
      candidates.map((question) => [question, input_text] as const),
    ),
  );
  const goals = [...requestOf]
    .filter(([question]) => confirmable.test(question))
    .map(([question, request]) => extractGoal(question, request)?.content ?? null);
  const found = goals.filter((goal) => goal !== null);
  return [
    {
      measure: 'Goals from clarifying questions (Qulac): found',
      value: formatShare(goals.map((goal) => Number(goal !== null))),
      cases: goals.length,
      against: 'before: 45.0 %; goal ≥ 80 %',
    },
    {
      measure: 'Goals from clarifying questions (Qulac): with a bare pronoun',
      value: formatShare(found.map((goal) => Number(barePronoun.test(goal)))),
      cases: found.length,
      against: 'before: 2.8 %; goal ≤ 5 %',
    },
  ];
}
