import { quantile } from '@learning-loop/service/observability/quantile';
import type { Count } from './consistency.ts';
import { formatFacets, print, printHeading } from './output.ts';
import type { UserState } from './read-back.ts';
import type { Accepted } from './replay.ts';
import type { Interaction } from './responses.ts';
import type { RecordedSelection } from './selections-file.ts';

const EXAMPLE_MEMORIES = 5;

const formatNumber = new Intl.NumberFormat('en-US').format;
const formatPercent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The example is the user with the most memories. */
export function printLearning(users: UserState[]): void {
  printHeading('What was learned');
  const countMemories = (memoryType: string) =>
    users.flatMap(({ memories }) => memories.filter(({ type }) => type === memoryType)).length;
  print(
    `  ${formatNumber(users.length)} users: ${formatNumber(countMemories('history'))} memories of what they asked and picked,`,
  );
  print(
    `  ${formatNumber(countMemories('goal'))} goals, ${formatNumber(countMemories('preference'))} preferences, and a persona each.`,
  );
  const [example] = users.toSorted((a, b) => b.memories.length - a.memories.length);
  if (example) printUser(example);
}

function printUser({ user_id, memories, persona }: UserState): void {
  print(`  For example ${user_id}:`);
  for (const { type, content } of memories.slice(0, EXAMPLE_MEMORIES))
    print(`    ${type.padEnd(10)}  ${content}`);
  print(`    persona     ${formatFacets(persona)}`);
}

export function printRanking(accepted: Accepted[], selections: RecordedSelection[]): void {
  const first = accepted.filter(({ rankedFirst }) => rankedFirst).length;
  const chance =
    selections.reduce((sum, { candidates }) => sum + 1 / candidates.length, 0) / selections.length;
  printHeading('How well it was ranked');
  print(
    `  The pick stood first in ${formatNumber(first)} of ${formatNumber(accepted.length)}, ${formatPercent(first / accepted.length)}.`,
  );
  print(`  Chance would give ${formatPercent(chance)}.`);
}

interface Timing {
  accepted: number;
  /** From the first request to the last response. */
  replayMs: number;
  interactions: Interaction[];
  completed: { event_id: string; at: number }[];
}

export function printSpeed({ accepted, replayMs, interactions, completed }: Timing): void {
  const learnedAt = new Map(completed.map(({ event_id, at }) => [event_id, at]));
  const lags = interactions.flatMap(({ event_id, selected_at }) => {
    const at = event_id === null ? undefined : learnedAt.get(event_id);
    return at === undefined || selected_at === null ? [] : [at - Date.parse(selected_at)];
  });
  printHeading('How fast it was');
  print(
    `  ${formatNumber(Math.round((1000 * accepted) / replayMs))} choices a second, each hypothesized and executed.`,
  );
  print(
    `  Learning lag, from the pick to learned by all: p50 ${quantile(lags, 0.5)} ms, p99 ${quantile(lags, 0.99)} ms.`,
  );
}

/** True if all counts are as expected. */
export function printConsistency(counts: Count[]): boolean {
  printHeading('Nothing lost, nothing twice');
  for (const { of: label, is, mustBe } of counts) {
    const result = is === mustBe ? 'ok' : `NO, must be ${formatNumber(mustBe)}`;
    print(`  ${label.padEnd(42)} ${formatNumber(is).padStart(7)}  ${result}`);
  }
  return counts.every(({ is, mustBe }) => is === mustBe);
}
