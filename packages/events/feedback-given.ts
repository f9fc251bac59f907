import { Type } from 'typebox';
import { envelope } from './envelope.ts';

export const feedbackTypes = ['thumbs_up', 'thumbs_down', 'rating', 'comment'] as const;

/** A user said how good the outcome of an interaction was. `value`: 1 to 5 for a rating, text for a comment. */
export const FeedbackGiven = Type.Object({
  ...envelope,
  type: Type.Union(feedbackTypes.map((type) => Type.Literal(type))),
  value: Type.Union([Type.String(), Type.Number(), Type.Null()]),
});
export type FeedbackGiven = Type.Static<typeof FeedbackGiven>;
