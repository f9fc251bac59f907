import { Compile } from 'typebox/compile';
import { FeedbackGiven } from './feedback-given.ts';
import { HypothesisSelected } from './hypothesis-selected.ts';
import { PersonaUpdated } from './persona-updated.ts';
import type { EventName } from './routes.ts';

export interface Events {
  'hypothesis.selected': HypothesisSelected;
  'persona.updated': PersonaUpdated;
  'feedback.given': FeedbackGiven;
}

/** An event with its name. */
export type NamedEvent<E extends EventName = EventName> = { [N in E]: { name: N; event: Events[N] } }[E];

const parsers = {
  'hypothesis.selected': Compile(HypothesisSelected),
  'persona.updated': Compile(PersonaUpdated),
  'feedback.given': Compile(FeedbackGiven),
} satisfies { [N in EventName]: unknown };

/** The event, checked against its schema. Throws an Error that names the first field at fault. */
export function parseEvent<E extends EventName>(name: E, value: unknown): Events[E] {
  const parser = parsers[name];
  if (parser.Check(value)) return value as Events[E];
  const [fault] = parser.Errors(value);
  throw new Error(`${name}${fault?.instancePath ?? ''}: ${fault?.message ?? 'does not fit its schema'}`);
}
