import { isDeepStrictEqual } from 'node:util';
import type { Preference } from '@learning-loop/learning/memories/extract';
import { contentKey, memoryKey } from '@learning-loop/learning/memories/memory';
import { Type } from 'typebox';
import { readLabelled } from './extraction.ts';
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
  const [before, after] = [readLabelled(older), readLabelled(newer)];
  const keysOf = (preferences: Preference[]) => preferences.map(({ content }) => memoryKey(content)).sort();
  const same = before.length > 0 && isDeepStrictEqual(keysOf(before), keysOf(after));
  const supersedes = after.some((one) => before.some((other) => isRival(one, other)));
  return { same, supersedes: !same && supersedes };
}

/** Of one slot, or of opposite polarity about one thing. */
function isRival(one: Preference, other: Preference): boolean {
  const [key, otherKey] = [contentKey(one.content), contentKey(other.content)];
  const isOpposite = key === `!${otherKey}` || otherKey === `!${key}`;
  return isOpposite || (one.slot !== null && one.slot === other.slot && key !== otherKey);
}
