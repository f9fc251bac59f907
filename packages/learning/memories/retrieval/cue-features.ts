import { mapToFloats } from './bm25.ts';
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

export function computeCueFeatures(query: Query, { utterances, memories }: Conversation): CueFeatures {
  const each = (compute: (utterance: Utterance, i: number) => number) => mapToFloats(utterances, compute);
  const [onlyNamed] = query.named.size === 1 ? query.named : [];
  const { date, asksWhen, asksHowMany } = query;
  return {
    speaker: each(({ speaker }) => Number(onlyNamed !== undefined && speaker === onlyNamed)),
    date: each((utterance, i) => (date === null ? 0 : dateOf(date, utterance, memories[i]?.last_seen))),
    time: each(({ tellsTime }) => Number(asksWhen && tellsTime)),
    number: each(({ tellsNumber }) => Number(asksHowMany && tellsNumber)),
    asks: each((utterance) => Number(utterance.asks)),
    substance: each(({ substance, speaker }) => (speaker === null ? 1 : substance)),
  };
}

function dateOf(asked: NamedDate, { saidAt, named }: Utterance, lastSeen = new Date(0)): number {
  const told = named === null ? 0 : matchDate(asked, named);
  return Math.max(told, matchDate(asked, saidAt ?? toNamedDate(lastSeen)));
}
