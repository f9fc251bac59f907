import type { Memory } from '../memory.ts';
import { type PackedTexts, packTexts, type Ranges } from './bm25.ts';
import { parseUtterance, type Utterance } from './utterance.ts';

/** Memories as retrieval reads them: what was said, in which order, and in which session. */
export interface Conversation {
  memories: readonly Memory[];
  utterances: readonly Utterance[];
  stems: PackedTexts;
  trigrams: PackedTexts;
  /** For each memory the number of its session. Neighbours in a session are neighbours in these arrays. */
  sessionOf: Int32Array;
  /** The memories of each session. */
  sessions: Ranges;
  /** Each memory with the one before and the one after, where they belong to the same session. */
  windows: Ranges;
  /** Whether any memory has a neighbour: otherwise sessions and windows are the memories themselves. */
  isTalk: boolean;
  speakers: ReadonlySet<string>;
}

const pauseMs = 3_600_000;
const longestSession = 30;

/**
 * A pause of an hour ends a session, as do 30 memories. What nobody says, such as a request, a goal or a preference, is a
 * session of its own: it stands for itself.
 */
export function toConversation(memories: readonly Memory[]): Conversation {
  const ordered = memories.toSorted(byTime);
  const utterances = ordered.map(({ content }) => parseUtterance(content));
  const isSpoken = (i: number) => ordered[i]?.type === 'history' && utterances[i]?.speaker !== null;
  const sessionOf = new Int32Array(ordered.length);
  let [session, length] = [-1, 0];
  for (let i = 0; i < ordered.length; i += 1) {
    const pause = (ordered[i]?.last_seen.getTime() ?? 0) - (ordered[i - 1]?.last_seen.getTime() ?? 0);
    const goesOn = i > 0 && length < longestSession && pause <= pauseMs && isSpoken(i - 1) && isSpoken(i);
    length = goesOn ? length + 1 : 1;
    if (!goesOn) session += 1;
    sessionOf[i] = session;
  }
  const speakers = new Set(utterances.flatMap(({ speaker }) => speaker ?? []));
  const sessions = toSessions(sessionOf, session + 1);
  const windows = toWindows(sessionOf, sessions);
  const isTalk = session + 1 < ordered.length;
  const stems = packTexts(utterances.map((utterance) => utterance.stems));
  const trigrams = packTexts(utterances.map((utterance) => utterance.trigrams));
  return {
    ...{ memories: ordered, utterances, stems, trigrams },
    ...{ sessionOf, sessions, windows, isTalk, speakers },
  };
}

function toSessions(sessionOf: Int32Array, count: number): Ranges {
  const first = new Int32Array(count);
  const end = new Int32Array(count);
  for (let i = sessionOf.length - 1; i >= 0; i -= 1) first[sessionOf[i] ?? 0] = i;
  for (let i = 0; i < sessionOf.length; i += 1) end[sessionOf[i] ?? 0] = i + 1;
  return { first, end };
}

const toWindows = (sessionOf: Int32Array, { first, end }: Ranges): Ranges => ({
  first: sessionOf.map((session, i) => Math.max(first[session] ?? 0, i - 1)),
  end: sessionOf.map((session, i) => Math.min(end[session] ?? 0, i + 2)),
});

/** Histories come first, in the order in which they happened. */
function byTime(one: Memory, other: Memory): number {
  return (
    Number(one.type !== 'history') - Number(other.type !== 'history') ||
    one.last_seen.getTime() - other.last_seen.getTime() ||
    (one.memory_id < other.memory_id ? -1 : 1)
  );
}

/** Whether both exist and belong to one session. */
export const areNeighbours = ({ sessionOf }: Conversation, one: number, other: number): boolean =>
  sessionOf[one] !== undefined && sessionOf[one] === sessionOf[other];
