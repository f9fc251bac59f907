import { Type } from 'typebox';
import { envelope } from './envelope.ts';
import { ShownHypothesis, UsedMemory, UserContext } from './fields.ts';

/** A user picked one of the hypotheses shown, or none of them (`selected_id` null). */
export const HypothesisSelected = Type.Object({
  ...envelope,
  input_text: Type.String(),
  media_type: Type.String(),
  context: UserContext,
  hypotheses: Type.Array(ShownHypothesis),
  used_memories: Type.Array(UsedMemory),
  selected_id: Type.Union([Type.String(), Type.Null()]),
  auto_advanced: Type.Boolean(),
  model_id: Type.String(),
});
export type HypothesisSelected = Type.Static<typeof HypothesisSelected>;
