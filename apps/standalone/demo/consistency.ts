import type { UserState } from './read-back.ts';
import type { Accepted } from './replay.ts';
import type { Interaction } from './responses.ts';

export interface Findings {
  accepted: Accepted[];
  interactions: Interaction[];
  users: UserState[];
  /** Events left in the outbox. */
  pending: number;
  /** Distinct event ids in the training log. */
  logged: Set<string>;
  /** One for each learning_loop_complete line. */
  completed: { event_id: string }[];
}

export interface Count {
  of: string;
  is: number;
  mustBe: number;
}

/** Every accepted selection must be found exactly once wherever something is learned from it. */
export function countConsistency({
  accepted,
  interactions,
  users,
  pending,
  logged,
  completed,
}: Findings): Count[] {
  const acceptedIds = new Set(accepted.map(({ event_id }) => event_id));
  const count = (of: string, is: number, mustBe = accepted.length) => ({ of, is, mustBe });
  return [
    count('events accepted', acceptedIds.size),
    count('of these, learned as the API says', interactions.filter(({ learned }) => learned).length),
    count('of these, in hypotheses_data.jsonl', [...acceptedIds].filter((id) => logged.has(id)).length),
    count('distinct events in hypotheses_data.jsonl', logged.size),
    count(
      'learning_loop_complete lines',
      completed.filter(({ event_id }) => acceptedIds.has(event_id)).length,
    ),
    count(
      'choices counted by personas',
      sum(users, ({ persona }) => persona.interaction_count),
    ),
    count('choices remembered as history', sum(users, countHistory)),
    count('users with a history', users.filter((user) => countHistory(user) > 0).length, users.length),
    count(
      'users with a persona',
      users.filter(({ persona }) => persona.interaction_count > 0).length,
      users.length,
    ),
    count('events left in the outbox', pending, 0),
  ];
}

function countHistory({ memories }: UserState): number {
  return sum(memories, ({ type, count }) => (type === 'history' ? count : 0));
}

function sum<T>(items: T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
