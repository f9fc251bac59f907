import { quantile } from '@learning-loop/service/observability/quantile';
import type { Count } from './consistency.ts';
import { facets, heading, print } from './output.ts';
import type { KnownUser } from './read-back.ts';
import type { Accepted } from './replay.ts';
import type { Interaction } from './responses.ts';
import type { Choice } from './selections-file.ts';

const MEMORIES_OF_THE_EXAMPLE = 5;

const number = new Intl.NumberFormat('en-US').format;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What was learned, with the user who taught the most as the example. */
export function tellLearned(users: KnownUser[]): void {
  heading('What was learned');
  const of = (wanted: string) =>
    users.flatMap(({ memories }) => memories.filter(({ type }) => type === wanted)).length;
  print(`  ${number(users.length)} users: ${number(of('history'))} memories of what they asked and picked,`);
  print(`  ${number(of('goal'))} goals, ${number(of('preference'))} preferences, and a persona each.`);
  const [example] = users.toSorted((a, b) => b.memories.length - a.memories.length);
  if (example) tellUser(example);
}

function tellUser({ user_id, memories, persona }: KnownUser): void {
  print(`  For example ${user_id}:`);
  for (const { type, content } of memories.slice(0, MEMORIES_OF_THE_EXAMPLE))
    print(`    ${type.padEnd(10)}  ${content}`);
  print(`    persona     ${facets(persona)}`);
}

/** How often the pick stood first, against what chance would give. */
export function tellRanking(accepted: Accepted[], choices: Choice[]): void {
  const first = accepted.filter(({ rankedFirst }) => rankedFirst).length;
  const chance = choices.reduce((sum, { candidates }) => sum + 1 / candidates.length, 0) / choices.length;
  heading('How well it was ranked');
  print(
    `  The pick stood first in ${number(first)} of ${number(accepted.length)}, ${percent(first / accepted.length)}.`,
  );
  print(`  Chance would give ${percent(chance)}.`);
}

interface Timing {
  accepted: number;
  /** From the first request to the last answer. */
  replayMs: number;
  interactions: Interaction[];
  completed: { event_id: string; at: number }[];
}

export function tellSpeed({ accepted, replayMs, interactions, completed }: Timing): void {
  const learnedAt = new Map(completed.map(({ event_id, at }) => [event_id, at]));
  const lags = interactions.flatMap(({ event_id, selected_at }) => {
    const at = event_id === null ? undefined : learnedAt.get(event_id);
    return at === undefined || selected_at === null ? [] : [at - Date.parse(selected_at)];
  });
  heading('How fast it was');
  print(
    `  ${number(Math.round((1000 * accepted) / replayMs))} choices a second, each hypothesized and executed.`,
  );
  print(
    `  Learning lag, from the pick to learned by all: p50 ${quantile(lags, 0.5)} ms, p99 ${quantile(lags, 0.99)} ms.`,
  );
}

/** The counts as a table; true when every one is what it must be. */
export function tellParity(counts: Count[]): boolean {
  heading('Nothing lost, nothing twice');
  for (const { of, is, mustBe } of counts) {
    const verdict = is === mustBe ? 'ok' : `NO, must be ${number(mustBe)}`;
    print(`  ${of.padEnd(42)} ${number(is).padStart(7)}  ${verdict}`);
  }
  return counts.every(({ is, mustBe }) => is === mustBe);
}
