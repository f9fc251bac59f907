import { createHash } from 'node:crypto';
import type { PastSelection } from '@learning-loop/learning/ranking/rank';
import { Type } from 'typebox';
import type { Figure } from './metric.ts';
import { askedWith, type Case, choiceOf } from './ranking.ts';
import { rankingFigure } from './ranking-metrics.ts';
import { readLines } from './read-lines.ts';

const Choice = Type.Object({
  user_id: Type.String(),
  input_text: Type.String(),
  candidates: Type.Array(Type.String()),
  selected_index: Type.Integer(),
});
type Choice = Type.Static<typeof Choice>;

interface Placed extends Case {
  picks: number;
}

const stages = [
  { name: 'before any selection', from: 0, to: 0 },
  { name: 'after 1 selection', from: 1, to: 1 },
  { name: 'after 2 to 4 selections', from: 2, to: 4 },
  { name: 'after 5 selections or more', from: 5, to: Number.POSITIVE_INFINITY },
];

/** Human choices among clarifying questions, topics that no weight was tuned on; nobody made 20. */
export function clarifyingFigures(): Figure[] {
  const held = readLines('../../examples/clarifying-choices.jsonl', Choice).filter(isHeldOut);
  const cases = casesOf(held);
  return stages.map(({ name, from, to }) =>
    rankingFigure(
      `Clarifying questions (Qulac), ${name}`,
      cases.filter(({ picks }) => picks >= from && picks <= to),
    ),
  );
}

/** Half of the topics, by a digest of the topic: the other half is for tuning. */
function isHeldOut({ user_id }: Choice): boolean {
  const [, topic = ''] = user_id.split('-');
  return Number.parseInt(createHash('sha1').update(topic).digest('hex').slice(0, 4), 16) % 2 === 1;
}

/** Each choice as it was met: with the user's own before it, newest first, and those of others on the topic. */
function casesOf(choices: Choice[]): Placed[] {
  const made: { user: string; choice: PastSelection }[] = [];
  return choices.map(({ user_id, input_text, candidates, selected_index }) => {
    const own = made.filter(({ user }) => user === user_id).map(({ choice }) => choice);
    const others = made.filter(({ user }) => user !== user_id).map(({ choice }) => choice);
    made.unshift({ user: user_id, choice: choiceOf(input_text, candidates, selected_index) });
    const input = { ...askedWith(input_text, candidates, own), tenantSelections: others.slice(0, 100) };
    return { picks: own.length, answer: candidates[selected_index] ?? '', input };
  });
}
