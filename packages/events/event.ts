import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { envelope, FacetDeltas, Facets, Hypothesis, UsedMemory, UserContext } from './fields.ts';
import type { EventName } from './routes.ts';

export const PersonaUpdated = Type.Object({
  ...envelope,
  old_facets: Facets,
  new_facets: Facets,
  facet_deltas: FacetDeltas,
  signals: Type.Object({
    selected_hypothesis_id: Type.Union([Type.String(), Type.Null()]),
    success: Type.Boolean(),
  }),
  /** `rules`, or a model id. */
  decided_by: Type.String(),
  reason: Type.String(),
});
export type PersonaUpdated = Type.Static<typeof PersonaUpdated>;

/** `selected_id` is null for none of these. */
export const HypothesisSelected = Type.Object({
  ...envelope,
  input_text: Type.String(),
  media_type: Type.String(),
  context: UserContext,
  hypotheses: Type.Array(Hypothesis),
  used_memories: Type.Array(UsedMemory),
  selected_id: Type.Union([Type.String(), Type.Null()]),
  auto_advanced: Type.Boolean(),
  model_id: Type.String(),
});
export type HypothesisSelected = Type.Static<typeof HypothesisSelected>;

export const FeedbackType = Type.Union([
  Type.Literal('thumbs_up'),
  Type.Literal('thumbs_down'),
  Type.Literal('rating'),
  Type.Literal('comment'),
]);

/** `value`: 1 to 5 for a rating, text for a comment. */
export const FeedbackGiven = Type.Object({
  ...envelope,
  type: FeedbackType,
  value: Type.Union([Type.String(), Type.Number(), Type.Null()]),
});
export type FeedbackGiven = Type.Static<typeof FeedbackGiven>;

export interface Events {
  'hypothesis.selected': HypothesisSelected;
  'persona.updated': PersonaUpdated;
  'feedback.given': FeedbackGiven;
}

export type NamedEvent<E extends EventName = EventName> = { [N in E]: { name: N; event: Events[N] } }[E];

const parsers = {
  'hypothesis.selected': Compile(HypothesisSelected),
  'persona.updated': Compile(PersonaUpdated),
  'feedback.given': Compile(FeedbackGiven),
} satisfies { [N in EventName]: unknown };

/** Throws an Error that names the first invalid field. */
export function parseEvent<E extends EventName>(name: E, value: unknown): Events[E] {
  const parser = parsers[name];
  if (parser.Check(value)) return value as Events[E];
  const [fault] = parser.Errors(value);
  throw new Error(`${name}${fault?.instancePath ?? ''}: ${fault?.message ?? 'does not fit its schema'}`);
}
