import type { Conversation } from './conversation.ts';
import { matchDate, type NamedDate, toNamedDate } from './dates.ts';
import type { Query } from './query.ts';
import type { Utterance } from './utterance.ts';

/** In [0, 1] for each memory, in the order of the conversation: what tells an answer apart from its words. */
export interface CueFeatures {
  /** The only person whom the query names says it. */
  speaker: Float32Array;
  /** It was said at a date that the query names, or names that date. */
  date: Float32Array;
  /** It tells a time, and the query asks for one. */
  time: Float32Array;
  /** The same for numbers. */
  number: Float32Array;
  /** It asks something itself. */
  asks: Float32Array;
  /** 1 for a sentence; less for "Great!" in a talk. */
  substance: Float32Array;
}

export function computeCueFeatures(
  { named, date, asksWhen, asksHowMany }: Query,
  { utterances, memories }: Conversation,
): CueFeatures {
  const [onlyNamed] = named.size === 1 ? named : [];
  /** 0 throughout unless the query asks for it. */
  const each = (isAsked: boolean, compute: (utterance: Utterance, i: number) => number) => {
    const values = new Float32Array(utterances.length);
    if (isAsked) for (const [i, utterance] of utterances.entries()) values[i] = compute(utterance, i);
    return values;
  };
  return {
    speaker: each(onlyNamed !== undefined, ({ speaker }) => Number(speaker === onlyNamed)),
    date: each(date !== null, (utterance, i) =>
      date === null ? 0 : dateOf(date, utterance, memories[i]?.last_seen),
    ),
    time: each(asksWhen, ({ tellsTime }) => Number(tellsTime)),
    number: each(asksHowMany, ({ tellsNumber }) => Number(tellsNumber)),
    asks: each(true, ({ asks }) => Number(asks)),
    substance: each(true, ({ substance, speaker }) => (speaker === null ? 1 : substance)),
  };
}

function dateOf(asked: NamedDate, { saidAt, named }: Utterance, lastSeen = new Date(0)): number {
  const told = named === null ? 0 : matchDate(asked, named);
  return Math.max(told, matchDate(asked, saidAt ?? toNamedDate(lastSeen)));
}
