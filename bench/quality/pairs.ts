import { extractPreferences } from '@learning-loop/learning/memories/extract';
import { memoryKey } from '@learning-loop/learning/memories/memory';
import { Type } from 'typebox';
import type { Metric } from './metric.ts';
import { readLines } from './read-lines.ts';

const Pair = Type.Object({
  older: Type.String(),
  newer: Type.String(),
  same: Type.Boolean(),
  supersedes: Type.Boolean(),
});
type Pair = Type.Static<typeof Pair>;

/** Whether equal texts become one memory, and a newer preference supersedes exactly what it should. */
export function measurePairs(): Metric[] {
  const results = readLines('data/pairs.jsonl', Pair).map((pair) => ({ pair, ...comparePair(pair) }));
  const count = (measure: string, wrong: (result: (typeof results)[number]) => boolean): Metric => ({
    measure,
    value: String(results.filter(wrong).length),
    cases: results.length,
    against: 'goal 0',
  });
  return [
    count('Memory duplicates', ({ pair, same }) => pair.same && !same),
    count('Wrong merges of memories', ({ pair, same }) => !pair.same && same),
    count('Wrong supersessions', ({ pair, supersedes }) => !pair.supersedes && supersedes),
    count('Missed supersessions', ({ pair, supersedes }) => pair.supersedes && !supersedes),
  ];
}

function comparePair({ older, newer }: Pair): { same: boolean; supersedes: boolean } {
  const [before] = extractPreferences(older, '');
  const [after] = extractPreferences(newer, '');
  const same =
    before !== undefined && after !== undefined && memoryKey(before.content) === memoryKey(after.content);
  return { same, supersedes: !same && after?.slot != null && before?.slot === after.slot };
}
