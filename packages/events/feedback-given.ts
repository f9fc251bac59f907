import { Type } from 'typebox';
import { envelope } from './envelope.ts';

export const FeedbackType = Type.Union([
  Type.Literal('thumbs_up'),
  Type.Literal('thumbs_down'),
  Type.Literal('rating'),
  Type.Literal('comment'),
]);

/** A user said how good the outcome of an interaction was. `value`: 1 to 5 for a rating, text for a comment. */
export const FeedbackGiven = Type.Object({
  ...envelope,
  type: FeedbackType,
  value: Type.Union([Type.String(), Type.Number(), Type.Null()]),
});
export type FeedbackGiven = Type.Static<typeof FeedbackGiven>;
