import type { KnownUser } from './read-back.ts';
import type { Accepted } from './replay.ts';
import type { Interaction } from './responses.ts';

/** All that is known after a replay, from the API and from the files. */
export interface Findings {
  accepted: Accepted[];
  interactions: Interaction[];
  users: KnownUser[];
  /** Events left in the outbox. */
  pending: number;
  /** Distinct event ids in the training log. */
  logged: Set<string>;
  /** One for every learning_loop_complete line. */
  completed: { event_id: string }[];
}

/** Something that was counted, and what it has to be. */
export interface Count {
  of: string;
  is: number;
  mustBe: number;
}

/** Every accepted choice must be found exactly once in each place that learns. */
export function countEverywhere({
  accepted,
  interactions,
  users,
  pending,
  logged,
  completed,
}: Findings): Count[] {
  const mine = new Set(accepted.map(({ event_id }) => event_id));
  const count = (of: string, is: number, mustBe = accepted.length) => ({ of, is, mustBe });
  return [
    count('events accepted', mine.size),
    count('of these, learned as the API says', interactions.filter(({ learned }) => learned).length),
    count('of these, in hypotheses_data.jsonl', [...mine].filter((id) => logged.has(id)).length),
    count('distinct events in hypotheses_data.jsonl', logged.size),
    count('learning_loop_complete lines', completed.filter(({ event_id }) => mine.has(event_id)).length),
    count(
      'choices counted by personas',
      sum(users, ({ persona }) => persona.interaction_count),
    ),
    count('choices remembered as history', sum(users, historyCount)),
    count('users with a history', users.filter((user) => historyCount(user) > 0).length, users.length),
    count(
      'users with a persona',
      users.filter(({ persona }) => persona.interaction_count > 0).length,
      users.length,
    ),
    count('events left in the outbox', pending, 0),
  ];
}

function historyCount({ memories }: KnownUser): number {
  return sum(memories, ({ type, count }) => (type === 'history' ? count : 0));
}

function sum<T>(items: T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
