import type { Memory } from '@learning-loop/learning/memories/memory';
import { Type } from 'typebox';
import { readData } from './read-data.ts';

const Line = Type.Object({
  sessions: Type.Array(
    Type.Object({
      date: Type.String(),
      turns: Type.Array(Type.Object({ id: Type.String(), speaker: Type.String(), text: Type.String() })),
    }),
  ),
  questions: Type.Array(
    Type.Object({ question: Type.String(), category: Type.Integer(), evidence: Type.Array(Type.String()) }),
  ),
});

interface Question {
  question: string;
  /** It asks one person of what the other said. */
  wrongPerson: boolean;
  /** The contents of the memories that answer it. */
  evidence: string[];
}

export interface LongConversation {
  /** One for each turn: who said it, and what; last seen at the date of the session. */
  memories: Memory[];
  questions: Question[];
}

const wrongPersonCategory = 5;

/** Conversations of two people over months (LoCoMo), and the questions that have evidence in them. */
export const readConversations = (data: string): LongConversation[] =>
  readData(data, 'conversations.jsonl', Line).map(({ sessions, questions }) => {
    const said = new Map<string, string>();
    const memories = sessions.flatMap(({ date, turns }) =>
      turns.map(({ id, speaker, text }): Memory => {
        const content = `${speaker}: ${text}`;
        said.set(id, content);
        return {
          ...history,
          memory_id: String(said.size).padStart(6, '0'),
          content,
          last_seen: toDate(date),
        };
      }),
    );
    return {
      memories,
      questions: questions.flatMap(({ question, category, evidence }) => {
        const contents = evidence.flatMap((id) => said.get(id) ?? []);
        const wrongPerson = category === wrongPersonCategory;
        return contents.length > 0 ? [{ question, wrongPerson, evidence: contents }] : [];
      }),
    };
  });

const history = { type: 'history', confidence: 1 } as const;

/** Such as `1:56 pm on 8 May, 2023`. */
function toDate(text: string): Date {
  const [, time = '', half = '', day = ''] = /^(\d+:\d+) (am|pm) on (.+)$/u.exec(text) ?? [];
  const date = new Date(`${day} ${time} ${half.toUpperCase()} UTC`);
  if (Number.isNaN(date.getTime())) throw new Error(`conversations.jsonl: no date: ${text}`);
  return date;
}

/** The share of the evidence that is among the contents. */
export const shareFound = (evidence: string[], contents: ReadonlySet<string>): number =>
  evidence.filter((content) => contents.has(content)).length / evidence.length;
