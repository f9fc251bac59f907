import { createHash } from 'node:crypto';
import type { PastSelection } from '@learning-loop/learning/ranking/rank';
import { Type } from 'typebox';
import type { Metric } from './metric.ts';
import { type Case, toPastSelection, toRankInput } from './ranking.ts';
import { toRankingMetric } from './ranking-metrics.ts';
import { readLines } from './read-lines.ts';

const RecordedSelection = Type.Object({
  user_id: Type.String(),
  input_text: Type.String(),
  candidates: Type.Array(Type.String()),
  selected_index: Type.Integer(),
});
type RecordedSelection = Type.Static<typeof RecordedSelection>;

interface SimulatedCase extends Case {
  selectionCount: number;
}

const stages = [
  { name: 'before any selection', from: 0, to: 0 },
  { name: 'after 1 selection', from: 1, to: 1 },
  { name: 'after 2 to 4 selections', from: 2, to: 4 },
  { name: 'after 5 selections or more', from: 5, to: Number.POSITIVE_INFINITY },
];

/** Human selections among clarifying questions, on topics held out from tuning; nobody made 20. */
export function measureClarifying(): Metric[] {
  const heldOut = readLines('../../examples/clarifying-choices.jsonl', RecordedSelection).filter(isHeldOut);
  const cases = toCases(heldOut);
  return stages.map(({ name, from, to }) =>
    toRankingMetric(
      `Clarifying questions (Qulac), ${name}`,
      cases.filter(({ selectionCount }) => selectionCount >= from && selectionCount <= to),
    ),
  );
}

/** Half of the topics, by a digest of the topic: the other half is for tuning. */
function isHeldOut({ user_id }: RecordedSelection): boolean {
  const [, topic = ''] = user_id.split('-');
  return Number.parseInt(createHash('sha1').update(topic).digest('hex').slice(0, 4), 16) % 2 === 1;
}

/** Each selection with the user's own before it, newest first, and those of others on the topic. */
function toCases(selections: RecordedSelection[]): SimulatedCase[] {
  const earlier: { user: string; selection: PastSelection }[] = [];
  return selections.map(({ user_id, input_text, candidates, selected_index }) => {
    const own = earlier.filter(({ user }) => user === user_id).map(({ selection }) => selection);
    const others = earlier.filter(({ user }) => user !== user_id).map(({ selection }) => selection);
    earlier.unshift({ user: user_id, selection: toPastSelection(input_text, candidates, selected_index) });
    const input = { ...toRankInput(input_text, candidates, own), tenantSelections: others.slice(0, 100) };
    return { selectionCount: own.length, answer: candidates[selected_index] ?? '', input };
  });
}
